/**
 * Goal: a raw SVI slice through quoted volatilities that nobody can trade against, in about a tenth of a millisecond.
 * Method: in units of the at-the-money variance (k over its root) the five parameters are of order one. For a few (m, s) the other three
 * are a linear least-squares problem; the best starts a Levenberg-Marquardt fit of volatility errors. Where the result has a negative
 * butterfly function, falls below the expiry before it, or has no variance, the shortfall enters the sum of squares with rising weight;
 * a second descent starts from the best start without shortfall and
 * the better result counts; what then remains is removed by mixing in a flat slice.
 * Invariants: at most {@link MAX_STEPS} steps in each of at most five descents; the returned slice has no fault on its grid.
 * References: as in svi.ts; S. De Marco, C. Martini, "Quasi-explicit calibration of Gatheral's SVI model", Zeliade 2009 (the start).
 */
import { solveSymmetric } from './cholesky.ts';
import { type SviSlice, sliceFault, sviVariance } from './svi.ts';

/** Quoted volatilities of one expiry. */
export interface SmileQuotes {
  /** ln(K/F), ascending. */
  readonly logMoneyness: Float64Array;
  /** Per unit and year, positive. */
  readonly volatility: Float64Array;
  readonly years: number;
  /** Relative importance of each quote; all equal when absent. */
  readonly weights?: Float64Array;
}

/** A fitted slice. */
export interface SviFit {
  readonly slice: SviSlice;
  readonly years: number;
  /** Root mean square of the volatility errors, in volatility points, equally weighted. */
  readonly rmseVolPoints: number;
  /** True when a bound on arbitrage shaped the result. */
  readonly constrained: boolean;
}

const PARAMETERS = 5;
/** Starts: widths in units of the at-the-money deviation, centres in units of the width. A wide slice is close to a parabola. */
const START_WIDTHS = [0.3, 0.8, 2, 5, 12, 30];
const START_CENTRES = [-0.6, 0, 0.6];
const FEWEST_QUOTES = 5;
const MAX_STEPS = 30;
const PENALTIES = [30, 300, 3000];
const KEEPING_PENALTY = 300;
const GRID_INSIDE = 33;
/** Beyond the quotes the grid goes on by these multiples of their reach. */
const GRID_OUTSIDE = [1.15, 1.35, 1.7, 2.1, 2.5];
/** The butterfly function is kept this far above zero on the grid, for what lies between its points. */
const MARGIN = 5e-3;
/** The least that a slice without shortfall keeps at the points of the grid. */
const LEAST_DENSITY = 1e-3;

interface Problem {
  readonly k: Float64Array;
  readonly u: Float64Array;
  /** d volatility / d u in volatility points, times the root of the weight. */
  readonly scale: Float64Array;
  readonly grid: Float64Array;
  /** Lower bound of u on the grid, from the expiry before. */
  readonly floor: Float64Array;
  /** At-the-money total variance. */
  readonly unit: number;
}

type Point = [number, number, number, number, number];

/** Fits a slice; undefined with fewer than five good quotes. `earlier` is the slice of the expiry before this one. */
export function fitSvi(quotes: SmileQuotes, earlier?: SviSlice): SviFit | undefined {
  const count = quotes.logMoneyness.length;
  if (count < FEWEST_QUOTES || !(quotes.years > 0)) return undefined;
  const unit = atTheMoneyVariance(quotes);
  if (!(unit > 0 && unit < Infinity)) return undefined;
  const problem = scaledProblem(quotes, unit, earlier);
  const starts = startingPoints(problem);
  const free = descend(problem, starts.best, 0);
  const constrained = hasShortfall(problem, free);
  const point = constrained ? boundedPoint(problem, free, starts.feasible) : free;
  const root = Math.sqrt(unit);
  const grid = Float64Array.from(problem.grid, (k) => k * root);
  const slice = toSlice(point, unit);
  const sound = sliceFault(slice, grid, earlier) === undefined ? slice : mixedWithFlat(slice, grid, earlier);
  return { slice: sound, years: quotes.years, rmseVolPoints: rmse(sound, quotes), constrained };
}

/**
 * The better of two ways to a slice without shortfall: from the free optimum under a rising penalty, and from the best start that has
 * none under a penalty that keeps it so.
 */
function boundedPoint(problem: Problem, free: Point, feasible: Point | undefined): Point {
  let point = free;
  for (const weight of PENALTIES) {
    point = descend(problem, point, weight);
    if (!hasShortfall(problem, point)) break;
  }
  if (feasible === undefined) return point;
  const kept = descend(problem, feasible, KEEPING_PENALTY);
  const candidates = [point, kept, feasible].filter((one) => !hasShortfall(problem, one));
  let best = feasible;
  for (const one of candidates) if (costOf(problem, one, 0) < costOf(problem, best, 0)) best = one;
  return best;
}

function atTheMoneyVariance({ logMoneyness, volatility, years }: SmileQuotes): number {
  let nearest = 0;
  for (let n = 1; n < logMoneyness.length; n += 1) {
    if (Math.abs(logMoneyness[n] as number) < Math.abs(logMoneyness[nearest] as number)) nearest = n;
  }
  return (volatility[nearest] as number) ** 2 * years;
}

function scaledProblem(
  { logMoneyness, volatility, years, weights }: SmileQuotes,
  unit: number,
  earlier?: SviSlice,
): Problem {
  const count = logMoneyness.length;
  const root = Math.sqrt(unit);
  const k = new Float64Array(count);
  const u = new Float64Array(count);
  const scale = new Float64Array(count);
  for (let n = 0; n < count; n += 1) {
    const sigma = volatility[n] as number;
    k[n] = (logMoneyness[n] as number) / root;
    u[n] = (sigma * sigma * years) / unit;
    scale[n] = ((50 * unit) / (sigma * years)) * Math.sqrt(weights?.[n] ?? 1);
  }
  const grid = gridOf(Math.min(k[0] as number, -1), Math.max(k[count - 1] as number, 1));
  const floor = new Float64Array(grid.length);
  if (earlier !== undefined) {
    for (let n = 0; n < grid.length; n += 1) floor[n] = sviVariance(earlier, (grid[n] as number) * root) / unit;
  }
  return { k, u, scale, grid, floor, unit };
}

function gridOf(low: number, high: number): Float64Array {
  const grid = new Float64Array(GRID_INSIDE + 2 * GRID_OUTSIDE.length);
  let n = 0;
  for (let i = GRID_OUTSIDE.length - 1; i >= 0; i -= 1) grid[n++] = low * (GRID_OUTSIDE[i] as number);
  for (let i = 0; i < GRID_INSIDE; i += 1) grid[n++] = low + ((high - low) * i) / (GRID_INSIDE - 1);
  for (const beyond of GRID_OUTSIDE) grid[n++] = high * beyond;
  return grid;
}

/** The best of a few (m, s), each with the least-squares a, d, c, and the best of those without shortfall. */
function startingPoints(problem: Problem): { best: Point; feasible: Point | undefined } {
  let best: Point = [0.5, 0, 0.5, 0, 1];
  let feasible: Point | undefined;
  let [least, leastFeasible] = [Infinity, Infinity];
  for (const s of START_WIDTHS) {
    for (const share of START_CENTRES) {
      const m = share * s;
      const normal = new Float64Array(PARAMETERS * PARAMETERS);
      const right = new Float64Array(PARAMETERS);
      for (let n = 0; n < problem.k.length; n += 1) {
        const y = (problem.k[n] as number) - m;
        const weight = problem.scale[n] as number;
        const row = [weight, weight * y, weight * Math.sqrt(y * y + s * s)];
        for (let i = 0; i < 3; i += 1) {
          right[i] = (right[i] as number) + (row[i] as number) * weight * (problem.u[n] as number);
          for (let j = 0; j < 3; j += 1) {
            normal[i * PARAMETERS + j] =
              (normal[i * PARAMETERS + j] as number) + (row[i] as number) * (row[j] as number);
          }
        }
      }
      for (let i = 0; i < 3; i += 1) normal[i * PARAMETERS + i] = (normal[i * PARAMETERS + i] as number) * (1 + 1e-9);
      solveSymmetric(normal, right, 3, PARAMETERS);
      const c = Math.max(right[2] as number, 1e-3);
      const d = Math.max(-c, Math.min(c, right[1] as number));
      const point: Point = [right[0] as number, d, c, m, Math.log(s)];
      const cost = costOf(problem, point, 0);
      if (cost < least) [least, best] = [cost, point];
      if (cost < leastFeasible && !hasShortfall(problem, point)) [leastFeasible, feasible] = [cost, point];
    }
  }
  return { best, feasible };
}

const normalMatrix = new Float64Array(PARAMETERS * PARAMETERS);
const damped = new Float64Array(PARAMETERS * PARAMETERS);
const gradient = new Float64Array(PARAMETERS);
const step = new Float64Array(PARAMETERS);
const row = new Float64Array(PARAMETERS);

/** Levenberg and Marquardt: steps that lower the cost are taken and trusted more, others are damped. */
function descend(problem: Problem, from: Point, weight: number): Point {
  let point = from;
  let cost = accumulate(problem, point, weight);
  let damping = 1e-3;
  for (let n = 0; n < MAX_STEPS; n += 1) {
    damped.set(normalMatrix);
    step.set(gradient);
    for (let i = 0; i < PARAMETERS; i += 1) {
      const diagonal = i * PARAMETERS + i;
      damped[diagonal] = (damped[diagonal] as number) * (1 + damping) + 1e-12;
    }
    solveSymmetric(damped, step, PARAMETERS, PARAMETERS);
    const next = moved(point, step);
    const nextCost = costOf(problem, next, weight);
    if (nextCost < cost) {
      const gain = 1 - nextCost / cost;
      point = next;
      if (gain < 1e-5) return point;
      cost = accumulate(problem, point, weight);
      damping *= 0.2;
    } else {
      damping *= 8;
      if (damping > 1e7) return point;
    }
  }
  return point;
}

/** A step, kept inside |d| <= c, c > 0 and a sensible width. */
function moved(point: Point, by: Float64Array): Point {
  const c = Math.max(1e-6, point[2] - (by[2] as number));
  const d = Math.max(-c, Math.min(c, point[1] - (by[1] as number)));
  const width = Math.max(-7, Math.min(4, point[4] - (by[4] as number)));
  return [point[0] - (by[0] as number), d, c, point[3] - (by[3] as number), width];
}

function costOf({ k, u, scale, grid, floor, unit }: Problem, [a, d, c, m, width]: Point, weight: number): number {
  const s2 = Math.exp(2 * width);
  let cost = 0;
  for (let n = 0; n < k.length; n += 1) {
    const y = (k[n] as number) - m;
    const error = (scale[n] as number) * (a + d * y + c * Math.sqrt(y * y + s2) - (u[n] as number));
    cost += error * error;
  }
  if (weight === 0) return cost;
  for (let n = 0; n < grid.length; n += 1) {
    const at = grid[n] as number;
    const y = at - m;
    const root = Math.sqrt(y * y + s2);
    const level = a + d * y + c * root;
    const short = Math.max(0, MARGIN - densityOf(at, level, d + (c * y) / root, (c * s2) / (root * root * root), unit));
    const below = Math.max(0, (floor[n] as number) * (1 + MARGIN) + 1e-6 - level);
    cost += weight * weight * (short * short + below * below);
  }
  return cost;
}

/** The butterfly function in scaled units: level u, slope p, curvature q by k over the root of `unit`. */
function densityOf(k: number, u: number, p: number, q: number, unit: number): number {
  if (!(u > 1e-9)) return -1;
  const bend = 1 - (k * p) / (2 * u);
  return bend * bend - 0.25 * p * p * (1 / u + 0.25 * unit) + 0.5 * q;
}

/** Fills the normal equations at a point and returns its cost. */
function accumulate({ k, u, scale, grid, floor, unit }: Problem, point: Point, weight: number): number {
  const [a, d, c, m, width] = point;
  const s2 = Math.exp(2 * width);
  normalMatrix.fill(0);
  gradient.fill(0);
  let cost = 0;
  for (let n = 0; n < k.length; n += 1) {
    const y = (k[n] as number) - m;
    const root = Math.sqrt(y * y + s2);
    const f = scale[n] as number;
    row[0] = f;
    row[1] = f * y;
    row[2] = f * root;
    row[3] = -f * (d + (c * y) / root);
    row[4] = (f * c * s2) / root;
    const error = f * (a + d * y + c * root - (u[n] as number));
    cost += error * error;
    addRow(error);
  }
  if (weight === 0) return cost;
  for (let n = 0; n < grid.length; n += 1) {
    const at = grid[n] as number;
    const y = at - m;
    const root = Math.sqrt(y * y + s2);
    const level = a + d * y + c * root;
    const slope = d + (c * y) / root;
    const cube = root * root * root;
    const bend = (c * s2) / cube;
    const short = MARGIN - densityOf(at, level, slope, bend, unit);
    if (short > 0) {
      densityRow(at, y, root, s2, c, level, slope, unit, weight);
      cost += weight * weight * short * short;
      addRow(weight * short);
    }
    const below = (floor[n] as number) * (1 + MARGIN) + 1e-6 - level;
    if (below > 0) {
      row[0] = -weight;
      row[1] = -weight * y;
      row[2] = -weight * root;
      row[3] = weight * slope;
      row[4] = (-weight * c * s2) / root;
      cost += weight * weight * below * below;
      addRow(weight * below);
    }
  }
  return cost;
}

/** The derivative of the butterfly shortfall by the five parameters, by the chain rule through level, slope and curvature. */
function densityRow(
  at: number,
  y: number,
  root: number,
  s2: number,
  c: number,
  level: number,
  slope: number,
  unit: number,
  weight: number,
): void {
  const cube = root * root * root;
  const fifth = cube * root * root;
  const bend = 1 - (at * slope) / (2 * level);
  const byLevel = (bend * at * slope) / (level * level) + (0.25 * slope * slope) / (level * level);
  const bySlope = (-bend * at) / level - 0.5 * slope * (1 / level + 0.25 * unit);
  const byCurvature = 0.5;
  row[0] = -weight * byLevel;
  row[1] = -weight * (byLevel * y + bySlope);
  row[2] = -weight * (byLevel * root + (bySlope * y) / root + (byCurvature * s2) / cube);
  row[3] = -weight * (-byLevel * slope - (bySlope * c * s2) / cube + (byCurvature * 3 * c * y * s2) / fifth);
  row[4] =
    -weight *
    ((byLevel * c * s2) / root -
      (bySlope * c * y * s2) / cube +
      byCurvature * c * ((2 * s2) / cube - (3 * s2 * s2) / fifth));
}

function addRow(error: number): void {
  for (let i = 0; i < PARAMETERS; i += 1) {
    const value = row[i] as number;
    gradient[i] = (gradient[i] as number) + value * error;
    for (let j = 0; j <= i; j += 1) {
      const cell = i * PARAMETERS + j;
      normalMatrix[cell] = (normalMatrix[cell] as number) + value * (row[j] as number);
    }
  }
}

function hasShortfall({ grid, floor, unit }: Problem, [a, d, c, m, width]: Point): boolean {
  const s2 = Math.exp(2 * width);
  for (let n = 0; n < grid.length; n += 1) {
    const at = grid[n] as number;
    const y = at - m;
    const root = Math.sqrt(y * y + s2);
    const level = a + d * y + c * root;
    if (level < (floor[n] as number) * (1 + LEAST_DENSITY)) return true;
    if (densityOf(at, level, d + (c * y) / root, (c * s2) / (root * root * root), unit) < LEAST_DENSITY) return true;
  }
  return false;
}

function toSlice([a, d, c, m, width]: Point, unit: number): SviSlice {
  const root = Math.sqrt(unit);
  return { a: a * unit, d: d * root, c: c * root, m: m * root, s: Math.exp(width) * root };
}

/** The least share of a flat slice, lying above the expiry before where it must, that leaves no fault. */
function mixedWithFlat(slice: SviSlice, grid: Float64Array, earlier: SviSlice | undefined): SviSlice {
  let level = 0;
  for (const k of grid)
    level = Math.max(level, sviVariance(slice, k), earlier === undefined ? 0 : 1.001 * sviVariance(earlier, k));
  const mixed = (share: number): SviSlice => ({
    a: (1 - share) * slice.a + share * level,
    d: (1 - share) * slice.d,
    c: (1 - share) * slice.c,
    m: slice.m,
    s: slice.s,
  });
  let [low, high] = [0, 1];
  for (let n = 0; n < 40; n += 1) {
    const middle = 0.5 * (low + high);
    if (sliceFault(mixed(middle), grid, earlier) === undefined) high = middle;
    else low = middle;
  }
  return mixed(high);
}

function rmse(slice: SviSlice, { logMoneyness, volatility, years }: SmileQuotes): number {
  let sum = 0;
  for (let n = 0; n < logMoneyness.length; n += 1) {
    const fitted = Math.sqrt(Math.max(0, sviVariance(slice, logMoneyness[n] as number)) / years);
    sum += (100 * (fitted - (volatility[n] as number))) ** 2;
  }
  return Math.sqrt(sum / logMoneyness.length);
}
