/**
 * Goal: implied total volatility of many contracts at the speed of a few exponentials each, exact to what the price's rounding allows.
 * Method: the contracts are taken in blocks and every stage runs over the whole block, so that the processor overlaps contracts:
 * 1. `guessBlock`: Bachelier volatility in closed form with a lognormal correction, relative error 1e-8 to 1e-4.
 * 2. `vegaBlock`: v = exp(-(h^2+t^2)/2) / sqrt(2 pi), h = x/s, t = s/2: the only exponential.
 * 3. `slopeBlock`, `seriesBlock`: b/v = M(h-t) - M(h+t) as an odd series in t whose coefficients follow from a(h) by a recurrence.
 * 4. `stepBlock`: one Householder step of fourth order on ln b, v carried along.
 * A row outside the range of the series, or whose guess was off, goes to `totalVolatilityOf`.
 * Invariants: every input row holds positive finite numbers (callers put a harmless row in place of a bad one).
 * References: J. Choi, K. Kim, M. Kwak, "Numerical approximation of the implied volatility under arithmetic Brownian motion",
 * Applied Mathematical Finance 2009 (the guess); P. Jaeckel, "Let's Be Rational", Wilmott 2015 (objective and normalisation).
 */
import { millsSlope } from './mills.ts';
import { absoluteLogMoneyness, logVega, totalVolatilityOf } from './total-volatility.ts';

/** Contracts per block: its columns together stay in the first cache level. */
export const BLOCK = 256;

const column = (): Float64Array<ArrayBuffer> => new Float64Array(BLOCK);

/** Input of a block: forward, strike and undiscounted out-of-the-money time value. */
export const blockForward = column();
export const blockStrike = column();
export const blockTimeValue = column();
/** Result of a block: total volatility s, normalised vega v, h = |ln(F/K)| / s and 1/sqrt(FK). */
export const blockVolatility = column();
export const blockVega = column();
export const blockH = column();
export const blockPerRoot = column();

const normalised = column();
const logMoneyness = column();
const series = column();
const distance = column();
const onePlus = column();
const onePlusBits = new Int32Array(onePlus.buffer);

/** 1/c and ln c for 64 points c of [1, 2), and powers of a half: the logarithm of the guess, to eight digits. */
const LOG_SLOTS = 64;
const slotPoint = (n: number): number => (n === 0 ? 1 : 1 + (n + 0.5) / LOG_SLOTS);
const slotReciprocal = Float64Array.from({ length: LOG_SLOTS }, (_, n) => 1 / slotPoint(n));
const slotLogarithm = Float64Array.from({ length: LOG_SLOTS }, (_, n) => Math.log(slotPoint(n)));
const halves = Float64Array.from({ length: 1025 }, (_, n) => 2 ** -n);

/** 2^(-j/64) / sqrt(2 pi) as a double and its remainder, for the exponential. */
const EXP_SLOTS = 64;
const expSlot = Float64Array.of(
  0.3989422804014327,
  0.39464487942058313,
  0.39039376998639946,
  0.3861884534469518,
  0.3820284365217822,
  0.3779132312440434,
  0.37384235490326045,
  0.3698153299887094,
  0.36583168413340544,
  0.36189095005869465,
  0.35799266551944275,
  0.35413637324981373,
  0.35032162090963337,
  0.3465479610313297,
  0.3428149509674455,
  0.3391221528387162,
  0.33546913348270696,
  0.3318554644030028,
  0.32828072171894646,
  0.3247444861159178,
  0.3212463427961479,
  0.31778588143006414,
  0.31436269610815865,
  0.3109763852933753,
  0.3076265517740098,
  0.3043128026171174,
  0.30103474912242145,
  0.2977920067767198,
  0.29458419520878143,
  0.29141093814472907,
  0.28827186336390287,
  0.2851666026551988,
  0.28209479177387814,
  0.27905607039884167,
  0.2760500820903643,
  0.27307647424828496,
  0.2701348980706467,
  0.2672250085127829,
  0.26434646424684344,
  0.2614989276217572,
  0.2586820646236261,
  0.2558955448365452,
  0.25313904140384547,
  0.25041223098975357,
  0.24771479374146477,
  0.24504641325162463,
  0.2424067765212145,
  0.23979557392283704,
  0.23721249916439718,
  0.2346572492531742,
  0.23212952446028098,
  0.2296290282855061,
  0.2271554674225344,
  0.22470855172454252,
  0.22228799417016487,
  0.2198935108298262,
  0.2175248208324369,
  0.21518164633244705,
  0.2128637124772553,
  0.2105707473749689,
  0.208302482062511,
  0.2060586504740715,
  0.2038389894098976,
  0.2016432385054208,
);
const expSlotRest = Float64Array.of(
  -2.49232720227773e-17,
  -1.5528064580934728e-17,
  -8.642149433311207e-18,
  -5.513927419402577e-18,
  1.3034276403879517e-17,
  -1.2171884301078383e-17,
  1.8937354597430713e-17,
  -1.1850538742101325e-18,
  -7.083153004393739e-18,
  1.5726756818963318e-17,
  -2.5204145295471927e-17,
  1.479586304793814e-17,
  8.528297544944544e-18,
  7.945659689280655e-18,
  -1.6700616725364354e-17,
  2.11295950438312e-17,
  -2.3137955016435072e-18,
  -2.5088163574512486e-17,
  2.1992404306864622e-17,
  6.038259248950274e-18,
  1.4478732630295774e-17,
  2.515376096934388e-17,
  2.359580732339939e-19,
  -2.373962230757264e-17,
  5.399985256751949e-18,
  -2.569178082868621e-17,
  -3.0143090036383356e-18,
  2.7576259041300548e-17,
  6.2595820913896e-18,
  2.163854601325783e-17,
  -2.55013461246483e-17,
  5.038113606849389e-18,
  3.83386490329147e-18,
  2.36680981754237e-17,
  2.2222108484777608e-17,
  -2.6856916282943233e-17,
  -6.896240420378976e-18,
  1.8770415621801752e-17,
  7.633389324027388e-18,
  2.3016727238827306e-17,
  3.3017504860596826e-18,
  9.678102057332535e-18,
  2.04232768035989e-17,
  -9.597827408799007e-19,
  1.3353763540775018e-17,
  9.066542930901306e-18,
  -5.795307910891704e-19,
  8.970852818269141e-18,
  -1.0956930380480343e-17,
  -3.4121698358928532e-18,
  2.596745391244227e-18,
  -9.362747229793313e-18,
  -3.738451193124707e-18,
  4.5124915328241456e-18,
  -2.384748906274212e-19,
  5.985121812983461e-18,
  -1.4102368177641729e-18,
  1.3833819030039165e-20,
  -8.228115051971608e-18,
  1.1124857563501137e-17,
  9.072904595146676e-18,
  3.038171068543381e-18,
  -1.232022461683966e-17,
  -4.674525238201114e-18,
);
const ROUNDER = 6755399441055744;

/** Largest h and half volatility the series carries: x/s = 14, s = 1.2. */
const MAX_H = 14;
const MAX_HALF_VOLATILITY_SQUARED = 0.36;
/** How far, relatively, a guess may be off in price for one step to bring every digit. */
const MAX_DISTANCE = 2e-3;

/** Solves the first `count` rows of the block. */
export function solveBlock(count: number): void {
  prepareBlock(count);
  guessBlock(count);
  vegaBlock(count);
  slopeBlock(count);
  seriesBlock(count);
  stepBlock(count);
}

function prepareBlock(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const forward = blockForward[i] as number;
    const strike = blockStrike[i] as number;
    const timeValue = blockTimeValue[i] as number;
    const perRoot = 1 / Math.sqrt(forward * strike);
    const gap = Math.abs(forward - strike);
    const x = gap * perRoot;
    const x2 = x * x;
    blockPerRoot[i] = perRoot;
    normalised[i] = timeValue * perRoot;
    onePlus[i] = 1 + gap / timeValue;
    logMoneyness[i] = x2 < 0.04 ? x - x * x2 * logMoneynessDeficit(x2) : absoluteLogMoneyness(forward, strike);
  }
}

function guessBlock(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const beta = normalised[i] as number;
    const x = Math.abs((blockForward[i] as number) - (blockStrike[i] as number)) * (blockPerRoot[i] as number);
    const x2 = x * x;
    const y = 2 * beta + x;
    const u = onePlus[i] as number;
    let eta = 1;
    if (u > 1.001) {
      const high = onePlusBits[2 * i + 1] as number;
      const slot = (high >>> 14) & 63;
      const exponent = (high >>> 20) - 1023;
      const r = u * (halves[exponent] as number) * (slotReciprocal[slot] as number) - 1;
      const log =
        exponent * 0.6931471805599453 +
        (slotLogarithm[slot] as number) +
        r * (1 - r * (0.5 - r * (0.3333333333333333 - r * 0.25)));
      eta = (2 * x) / (y * log);
    }
    const den =
      ((((-13.627391920751652 * eta + 176.81114009776118) * eta + 402.12609017083184) * eta - 20.474712616256888) *
        eta +
        43.03167040634065) *
        eta +
      1;
    const num =
      (((409.315304546534 * eta + 138.15445158944237) * eta + 22.73169497321983) * eta + 18.26549230154354) * eta +
      0.3993702801657154;
    const bachelier = (1.2533141373155003 * y * Math.sqrt(eta) * num) / den;
    const b2 = bachelier * bachelier;
    blockVolatility[i] =
      bachelier *
      (1 +
        b2 * (1 / 24 + b2 * (7 / 1920 + 0.000385 * b2) - x2 * (1 / 180 + 0.0008 * b2)) +
        x2 * (-1 / 24 + x2 * (3 / 640 - 0.00067 * x2) + 0.000855 * b2 * x2));
  }
}

/** (X - 2 asinh(X/2)) / X^3 for X^2 < 0.04. */
function logMoneynessDeficit(gap2: number): number {
  return (
    1 / 24 -
    gap2 *
      (3 / 640 -
        gap2 *
          (5 / 7168 -
            gap2 *
              (35 / 294912 -
                gap2 *
                  (63 / 2883584 - gap2 * (231 / 54525952 - gap2 * (143 / 167772160 - (gap2 * 6435) / 36507222016))))))
  );
}

/** v by an exponential of its own: 2^(-k/64) from a table, the rest by a polynomial; half an ulp and a little more. */
function vegaBlock(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const s = blockVolatility[i] as number;
    const h = (logMoneyness[i] as number) / s;
    blockH[i] = h;
    const exponent = 0.5 * (h * h + 0.25 * s * s);
    // Rows beyond the series are solved elsewhere; the bound only keeps the table in reach.
    const y = exponent < 100 ? exponent : 100;
    const k = y * 92.33248261689366 + ROUNDER - ROUNDER;
    const slot = k & (EXP_SLOTS - 1);
    const r = k * 0.01083042469326756 - y + k * 2.9815858269852933e-12;
    const table = expSlot[slot] as number;
    const p = r * (1 + r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * 0.008333333333333333))));
    blockVega[i] = (table + (table * p + (expSlotRest[slot] as number))) * (halves[k >> 6] as number);
  }
}

/** One Householder step from s: newton's is -p ln(b/beta), and the slope and curvature of ln b give the two orders beyond it. */
function stepBlock(count: number): void {
  let worst = 0;
  for (let i = 0; i < count; i += 1) {
    const s = blockVolatility[i] as number;
    const h = blockH[i] as number;
    const v = blockVega[i] as number;
    const h2 = h * h;
    const t2 = 0.25 * s * s;
    const p = series[i] as number;
    const u = (s * p * v) / (normalised[i] as number) - 1;
    const log = u * (1 - u * (0.5 - u * (1 / 3 - u * (0.25 - 0.2 * u))));
    const curvature = h2 - t2;
    const pc = p * curvature;
    const second = log * (pc - 1);
    const third = log * log * (p * p * (curvature * curvature - 3 * h2 - t2) - 3 * pc + 2);
    const change = (-log * p * (1 - 0.5 * second)) / (1 - second + third * (1 / 6));
    const grown = h2 * change * (1 - change * (1.5 - change * (2 - 2.5 * change))) - t2 * change * (1 + 0.5 * change);
    blockVolatility[i] = s + s * change;
    blockH[i] = h - h * change * (1 - change * (1 - change * (1 - change)));
    blockVega[i] = v + v * grown * (1 + grown * (0.5 + grown * (1 / 6 + grown * (1 / 24))));
    const size = Math.max(Math.abs(change) * 10, Math.abs(u));
    distance[i] = size;
    worst = Math.max(worst, size);
  }
  if (worst < MAX_DISTANCE) return;
  for (let i = 0; i < count; i += 1) if (!((distance[i] as number) < MAX_DISTANCE)) solveSlowly(i);
}

/** a(h) of every row; the rational holds to h = 14, rows beyond are refused by the next stage. */
function slopeBlock(count: number): void {
  for (let i = 0; i < count; i += 1) series[i] = millsSlope(blockH[i] as number);
}

/**
 * (M(h-t) - M(h+t)) / (2t) by the recurrence of its odd Taylor coefficients (see total-volatility.ts). Rows out of its range get NaN,
 * which no later comparison accepts.
 */
function seriesBlock(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const h = blockH[i] as number;
    const s = blockVolatility[i] as number;
    const a = series[i] as number;
    const h2 = h * h;
    const t2 = 0.25 * s * s;
    const b1 = (h2 + 3) * a - 1;
    const b2 = (h2 + 7) * b1 - 6 * a;
    const b3 = (h2 + 11) * b2 - 20 * b1;
    const b4 = (h2 + 15) * b3 - 42 * b2;
    const b5 = (h2 + 19) * b4 - 72 * b3;
    let tail = ((h2 + 23) * b5 - 110 * b4) * (1 / 6227020800);
    if (!(t2 <= 0.0225)) tail += t2 * furtherTerms(h2, t2, b4, b5);
    const sum =
      a +
      t2 *
        (b1 * (1 / 6) +
          t2 *
            (b2 * (1 / 120) +
              t2 * (b3 * (1 / 5040) + t2 * (b4 * (1 / 362880) + t2 * (b5 * (1 / 39916800) + t2 * tail)))));
    series[i] = h <= MAX_H && t2 <= MAX_HALF_VOLATILITY_SQUARED ? sum : NaN;
  }
}

/** Terms 7 to 12 of the odd series, for total volatilities above 0.3. */
function furtherTerms(h2: number, t2: number, b4: number, b5: number): number {
  const b6 = (h2 + 23) * b5 - 110 * b4;
  const b7 = (h2 + 27) * b6 - 156 * b5;
  const b8 = (h2 + 31) * b7 - 210 * b6;
  const b9 = (h2 + 35) * b8 - 272 * b7;
  const b10 = (h2 + 39) * b9 - 342 * b8;
  const b11 = (h2 + 43) * b10 - 420 * b9;
  const b12 = (h2 + 47) * b11 - 506 * b10;
  const last = b11 * (1 / 25852016738884976640000) + t2 * (b12 * (1 / 15511210043330985984000000));
  return (
    b7 * (1 / 1307674368000) +
    t2 *
      (b8 * (1 / 355687428096000) +
        t2 * (b9 * (1 / 121645100408832000) + t2 * (b10 * (1 / 51090942171709440000) + t2 * last)))
  );
}

function solveSlowly(i: number): void {
  const forward = blockForward[i] as number;
  const strike = blockStrike[i] as number;
  const s = totalVolatilityOf(forward, strike, blockTimeValue[i] as number);
  const h = absoluteLogMoneyness(forward, strike) / s;
  blockVolatility[i] = s;
  blockH[i] = h;
  blockVega[i] = Math.exp(logVega(h, 0.5 * s));
}
