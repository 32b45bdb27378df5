import type { IstDate } from '@vega/kernel';
import { toGrid } from '../candles/minute-path.ts';
import type { MasterRow } from '../market-source.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import { priceBandOf } from './circuit.ts';
import {
  cashRows,
  contractRow,
  contractsOn,
  expiryRank,
  firstTokens,
  type Contract,
  type TokenCursor,
} from './contract-master.ts';
import { ExpirySurface } from './expiry-surface.ts';
import { Instrument, type InstrumentShape } from './instrument.ts';
import type { LatentMarket } from './latent-market.ts';
import { classify } from './liquidity.ts';
import { INDEX_TICK } from './quoter.ts';
import { expiryClose, finalValue, tradingDay, type TradingDay } from './trading-day.ts';
import { INDIA_VIX, UNDERLYINGS, type Underlying } from './underlyings.ts';
import { expiryHorizon } from './variance-clock.ts';

/** Rupees of one level of a share's book, roughly. */
const SHARE_LEVEL_VALUE = 60_000;

/** All instruments of a market date, their expiries and their master. */
export class Board {
  day: TradingDay;
  contracts: readonly Contract[] = [];
  readonly tokens: TokenCursor;
  /** Indices, volatility index and shares first, then contracts in master order. Positions are slots of the minute log. */
  instruments: readonly Instrument[] = [];
  cash: readonly Instrument[] = [];
  /** Contracts in the order in which they are visited: shuffled, but a call and its put together. */
  visited: readonly Instrument[] = [];
  surfaces: readonly ExpirySurface[] = [];
  rows: readonly MasterRow[] = [];
  private byKey = new Map<string, Instrument>();
  private surfaceByExpiry = new Map<string, ExpirySurface>();
  private readonly seed: string | number;
  private readonly latent: LatentMarket;

  constructor(seed: string | number, latent: LatentMarket, day: TradingDay, tokens: TokenCursor = firstTokens()) {
    this.seed = seed;
    this.latent = latent;
    this.day = day;
    this.tokens = { ...tokens };
  }

  find(key: string): Instrument | undefined {
    return this.byKey.get(key);
  }

  /** Takes up the contracts of a date: listed anew (`contracts` absent) or as they were saved. Returns the instruments that are new. */
  enter(day: TradingDay, contracts?: readonly Contract[]): Instrument[] {
    this.day = day;
    const spots = this.latent.states.map((state) => Math.exp(state.logPrevious));
    this.contracts = contracts ?? contractsOn(day.date, spots, this.contracts, this.tokens);
    this.enterSurfaces();
    const known = this.byKey;
    const fresh: Instrument[] = [];
    // A key alone does not identify a contract: tokens are reused.
    const keep = (key: string, contract: Contract | undefined, make: () => Instrument): Instrument => {
      const old = known.get(key);
      if (old !== undefined && old.contract === contract) return old;
      const instrument = make();
      fresh.push(instrument);
      return instrument;
    };
    const cash = cashInstruments().map((shape) => keep(shape.key, undefined, () => new Instrument(shape)));
    const derivatives = this.contracts.map((contract) => keep(contract.key, contract, () => this.derivative(contract)));
    for (const instrument of derivatives) {
      const { underlyingIndex, contract } = instrument;
      if (contract !== undefined) instrument.rank = expiryRank(underlyingIndex, contract.expiry, day.date);
    }
    this.cash = cash;
    this.instruments = [...cash, ...derivatives];
    this.byKey = new Map(this.instruments.map((instrument) => [instrument.key, instrument]));
    this.visited = shuffledPairs(derivatives, new SeededRandom(hashOf(this.seed, 'order', day.date)));
    this.rows = [...cashRows(day.auctionPrint !== undefined), ...this.contracts.map(contractRow)];
    return fresh;
  }

  /** Brings all forwards to an instant. */
  updateSurfaces(at: number): void {
    for (const surface of this.surfaces) {
      const state = this.latent.states[surface.underlyingIndex];
      if (state !== undefined) surface.update(at, state, this.latent.levelOf(surface.underlyingIndex));
    }
  }

  /** Brings all forwards to where a saved market stood; what they remember of an average is not added to. */
  resumeSurfaces(at: number): void {
    const memories = this.surfaces.map((surface) => ({ ...surface.memory }));
    this.updateSurfaces(at);
    this.surfaces.forEach((surface, i) => Object.assign(surface.memory, memories[i]));
  }

  /** Fair price of a contract at the previous close: what a contract begins with that is listed today. */
  fairAtPreviousClose(instrument: Instrument): number {
    const { surface } = instrument;
    const state = this.latent.states[instrument.underlyingIndex];
    if (surface === undefined || state === undefined) return 0;
    const level = this.latent.levelOf(instrument.underlyingIndex);
    surface.update(this.day.open, { ...state, logSpot: state.logPrevious }, level);
    const { right, strike, logStrike, tick } = instrument;
    const fair = instrument.kind === 'future' ? surface.forward : surface.fair(right, strike, logStrike);
    return Math.max(tick / 100, toGrid(fair, tick / 100));
  }

  /** Sets every instrument's liveliness by where the market stands now; `pace` is the intensity of trading. */
  classifyAll(pace: number): void {
    for (const instrument of this.instruments) classify(instrument, this.latent, pace);
  }

  /** Sets the day's price bands. */
  setBands(): void {
    for (const instrument of this.instruments) {
      const underlying = UNDERLYINGS[instrument.underlyingIndex];
      const band = underlying && priceBandOf(instrument, underlying, this.latent.levelOf(instrument.underlyingIndex));
      instrument.quote.lowerCircuit = band?.lower;
      instrument.quote.upperCircuit = band?.upper;
    }
  }

  private enterSurfaces(): void {
    const wanted = new Map<string, ExpirySurface>();
    for (const { underlyingIndex, expiry } of this.contracts) {
      const key = surfaceKey(underlyingIndex, expiry);
      const underlying = UNDERLYINGS[underlyingIndex];
      if (underlying === undefined || wanted.has(key)) continue;
      const type = underlying.kind === 'index' ? 'INDEX' : 'EQUITY';
      const { derivativeSegment: segment } = underlying;
      const final = finalValue(segment, type, expiry, this.seed);
      const horizon = expiryHorizon(this.day, tradingDay(expiry, this.seed), final);
      const surface =
        this.surfaceByExpiry.get(key) ??
        new ExpirySurface(underlying, underlyingIndex, this.day, horizon, expiryClose(segment, type, expiry));
      surface.enterDay(this.day, horizon);
      wanted.set(key, surface);
    }
    this.surfaceByExpiry = wanted;
    this.surfaces = [...wanted.values()];
  }

  private derivative(contract: Contract): Instrument {
    const surface = this.surfaceByExpiry.get(surfaceKey(contract.underlyingIndex, contract.expiry));
    if (surface === undefined) throw new RangeError(`${contract.key} has no expiry surface`);
    return new Instrument({
      key: contract.key,
      kind: contract.type === 'FUT' ? 'future' : 'option',
      underlyingIndex: contract.underlyingIndex,
      tick: contract.tick,
      unit: contract.lot,
      spacing: levelSpacing(contract, UNDERLYINGS[contract.underlyingIndex]),
      contract,
      surface,
    });
  }
}

/** Dear contracts of thin underlyings have orders further apart. */
function levelSpacing(contract: Contract, underlying: Underlying | undefined): number {
  if (contract.type === 'FUT') return 4;
  return (underlying?.liquidity ?? 1) > 0.3 ? 1 : 3;
}

/** Key of an expiry's surface. */
export function surfaceKey(underlyingIndex: number, expiry: IstDate): string {
  return `${underlyingIndex}|${expiry}`;
}

function cashInstruments(): InstrumentShape[] {
  const shapes = UNDERLYINGS.map((underlying, underlyingIndex) =>
    underlying.kind === 'index'
      ? { key: underlying.key, kind: 'index' as const, underlyingIndex, tick: INDEX_TICK * 100, unit: 1, spacing: 1 }
      : {
          key: underlying.key,
          kind: 'share' as const,
          underlyingIndex,
          tick: underlying.tick,
          unit: Math.max(1, Math.round(SHARE_LEVEL_VALUE / underlying.price)),
          spacing: 1,
        },
  );
  const vix = { key: INDIA_VIX.key, kind: 'vix' as const, underlyingIndex: 0, tick: 1, unit: 1, spacing: 1 };
  return [
    ...shapes.filter((shape) => shape.kind === 'index'),
    vix,
    ...shapes.filter((shape) => shape.kind === 'share'),
  ];
}

function shuffledPairs(derivatives: readonly Instrument[], random: SeededRandom): Instrument[] {
  const groups: Instrument[][] = [];
  for (const instrument of derivatives) {
    const last = groups.at(-1);
    const call = last?.length === 1 ? last[0] : undefined;
    const isPut = instrument.contract?.type === 'PE' && call?.contract?.type === 'CE';
    if (isPut && call.surface === instrument.surface && call.strike === instrument.strike) last?.push(instrument);
    else groups.push([instrument]);
  }
  for (let i = groups.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const a = groups[i];
    const b = groups[j];
    if (a !== undefined && b !== undefined) {
      groups[i] = b;
      groups[j] = a;
    }
  }
  return groups.flat();
}
