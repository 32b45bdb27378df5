/**
 * Goal: one expiry as its rows and its head, from the quotes held, at one moment.
 *
 * Method: the whole expiry goes through libs/pricing at once (a tick near the money moves the forward and with it every contract); what
 * is sent is decided afterwards by what changed (row-changes.ts). Ages are those of the feed: a far strike that is quiet is not old.
 *
 * Invariants: every contract has a status; a volatility or Greek that cannot be had is absent, never zero and never NaN.
 */
import {
  BuildUp,
  ForwardSource,
  GreekConvention,
  PricingStatus,
  type ChainHead,
  type ChainRow,
  type ChainSide,
  type Greeks,
  TickMode,
  TickSource,
  type SpotState,
  type Instrument,
} from '@vega/contracts';
import {
  contractGreeks,
  houseChain,
  nseGreeks,
  StatusCode,
  STATUS_BY_CODE,
  upstoxGreeks,
  USUAL_QUOTE_LIMITS,
  type AveragingWindow,
  type ContractGreeks,
  type ForwardEstimate,
  type QuoteColumns,
} from '@vega/pricing';
import { daysBetween, istDateOf, istInstant } from '@vega/kernel';
import { buildUpOf } from './build-up.ts';
import type { InstrumentQuote } from './chain-quotes.ts';
import type { ChainQuotes } from './chain-quotes.ts';
import { settlementColumns } from './settlement-greeks.ts';
import type { ExpiryTerms } from './settlement-window.ts';

/** When and under which circumstances a chain is computed. */
export interface ChainMoment {
  readonly marketNowMs: number;
  readonly wallNowMs: number;
  readonly terms: ExpiryTerms;
  /** Continuously compounded, per year. */
  readonly rate: number;
  /** Seconds since the feed of an open market was heard; 0 while it is closed. */
  readonly feedSilenceSeconds: number;
  readonly spotState: SpotState;
  /** Whether the printed underlying may stand for its price: not frozen, not old. */
  readonly spotCounts: boolean;
  readonly averaging: AveragingWindow | undefined;
  /** Open interest of the previous day by instrument key. */
  readonly previousOi: ReadonlyMap<string, number>;
  readonly convention: GreekConvention;
}

/** A computed expiry; the head's analytics are added by {@link withAnalytics}. */
export interface ComputedChain {
  readonly head: ChainHead;
  readonly rows: ChainRow[];
  readonly forward: ForwardEstimate | undefined;
  readonly years: number;
}

const STATUS: Record<(typeof STATUS_BY_CODE)[number], PricingStatus> = {
  OK: PricingStatus.OK,
  INVALID: PricingStatus.INVALID,
  EXPIRED: PricingStatus.EXPIRED,
  NO_QUOTE: PricingStatus.NO_QUOTE,
  BELOW_INTRINSIC: PricingStatus.BELOW_INTRINSIC,
  ABOVE_MAX: PricingStatus.ABOVE_MAX,
  LOW_VEGA: PricingStatus.LOW_VEGA,
  ONE_SIDED: PricingStatus.ONE_SIDED,
  STALE: PricingStatus.STALE,
  WIDE: PricingStatus.WIDE,
};

const STATUS_OF_CODE = STATUS_BY_CODE.map((name) => STATUS[name]);

const SOURCE = {
  PARITY: ForwardSource.PARITY,
  FUTURE: ForwardSource.FUTURE,
  SPOT: ForwardSource.SPOT,
} as const;

/** Rows and head of a chain at a moment. */
export function computeChain(quotes: ChainQuotes, moment: ChainMoment): ComputedChain {
  const { contracts } = quotes;
  const secondsToExpiry = Math.max(0, (moment.terms.endsAtMs - moment.marketNowMs) / 1000);
  quotes.setAges(moment.wallNowMs, moment.feedSilenceSeconds);
  const future = paiseOrNothing(quotes.future?.lastPaise);
  const spot = moment.spotCounts ? paiseOrNothing(quotes.underlying.lastPaise) : undefined;
  const house = houseChain({
    strikes: contracts.strikes,
    calls: quotes.callColumns,
    puts: quotes.putColumns,
    secondsToExpiry,
    rate: moment.rate,
    limits: { ...USUAL_QUOTE_LIMITS, tick: Math.max(contracts.tickSizePaise, 1) / 100 },
    ...(future === undefined ? {} : { future }),
    ...(spot === undefined ? {} : { spot }),
  });
  const sides = sidesOf(quotes, moment, house.calls, house.puts, house.forward);
  const settlement = settlementColumns(quotes, moment, house.forward);
  const rows = contracts.strikesPaise.map((strikePaise, row): ChainRow => {
    const call = contracts.calls[row];
    const put = contracts.puts[row];
    const part = { row, moment };
    return {
      strikePaise,
      call: call && sideOf(call, quotes.calls[row] as InstrumentQuote, sides.calls, settlement?.calls, part),
      put: put && sideOf(put, quotes.puts[row] as InstrumentQuote, sides.puts, settlement?.puts, part),
    };
  });
  return {
    head: headOf(quotes, moment, secondsToExpiry, house.forward),
    rows,
    forward: house.forward,
    years: house.years,
  };
}

/** The columns of the convention asked for; those of others than the house come from last prices. */
function sidesOf(
  quotes: ChainQuotes,
  moment: ChainMoment,
  calls: ContractGreeks,
  puts: ContractGreeks,
  forward: ForwardEstimate | undefined,
): { readonly calls: ContractGreeks; readonly puts: ContractGreeks } {
  const { convention } = moment;
  if (convention !== GreekConvention.UPSTOX && convention !== GreekConvention.NSE) return { calls, puts };
  const { strikes, expiryDate } = quotes.contracts;
  const count = strikes.length;
  const make = (side: number, columns: QuoteColumns): ContractGreeks => {
    const out = contractGreeks(count);
    const sides = new Int8Array(count).fill(side);
    const spot = (quotes.underlying.lastPaise ?? 0) / 100;
    if (convention === GreekConvention.NSE) {
      const wholeDays = Math.max(0, daysBetween(istDateOf(moment.marketNowMs), expiryDate));
      nseGreeks({ spot, wholeDays }, strikes, sides, columns.last, out);
    } else {
      const seconds = Math.max(0, (istInstant(expiryDate, 15, 30) - moment.marketNowMs) / 1000);
      upstoxGreeks({ forward: forward?.forward ?? spot, secondsToExpiry: seconds }, strikes, sides, columns.last, out);
    }
    return out;
  };
  return { calls: make(1, quotes.callColumns), puts: make(-1, quotes.putColumns) };
}

/** The Greeks of one row; undefined where there is no volatility to have them from. An expired contract keeps its exercise delta. */
export function greeksAt(columns: ContractGreeks, row: number): Greeks | undefined {
  const isExpired = columns.status[row] === StatusCode.EXPIRED;
  if (!((columns.volatility[row] as number) > 0) && !isExpired) return undefined;
  return {
    delta: columns.delta[row] as number,
    gamma: columns.gamma[row] as number,
    thetaPerDay: columns.thetaPerDay[row] as number,
    vegaPerVolPoint: columns.vegaPerVolPoint[row] as number,
    rhoPerRatePoint: columns.rhoPerRatePoint[row] as number,
  };
}

function sideOf(
  contract: Instrument,
  quote: InstrumentQuote,
  columns: ContractGreeks,
  settlement: ContractGreeks | undefined,
  { row, moment }: { readonly row: number; readonly moment: ChainMoment },
): ChainSide {
  const volatility = columns.volatility[row] as number;
  const before = moment.previousOi.get(contract.instrumentKey);
  const oiChange = before === undefined || quote.oi === undefined ? undefined : quote.oi - before;
  const settlementIv = settlement === undefined ? 0 : (settlement.volatility[row] as number);
  return {
    instrumentKey: contract.instrumentKey,
    tradingSymbol: contract.tradingSymbol,
    lastPricePaise: quote.lastPaise,
    prevClosePaise: quote.prevClosePaise,
    bidPricePaise: quote.bidPaise,
    bidQty: quote.bidQty,
    askPricePaise: quote.askPaise,
    askQty: quote.askQty,
    volume: quote.volume,
    oi: quote.oi,
    oiChange,
    status: STATUS_OF_CODE[columns.status[row] as number] ?? PricingStatus.INVALID,
    iv: volatility > 0 ? volatility : undefined,
    greeks: greeksAt(columns, row),
    buildUp: quote.oi === undefined ? BuildUp.UNSPECIFIED : buildUpOf(quote.lastPaise, quote.prevClosePaise, oiChange),
    quotedAtMs: quote.quotedAtMs,
    mode: quote.mode,
    source: quote.source,
    settlementGreeks: settlement === undefined ? undefined : greeksAt(settlement, row),
    settlementIv: settlementIv > 0 ? settlementIv : undefined,
  };
}

function headOf(
  quotes: ChainQuotes,
  moment: ChainMoment,
  secondsToExpiry: number,
  forward: ForwardEstimate | undefined,
): ChainHead {
  const { contracts, underlying, future } = quotes;
  const { settlement, endsAtMs } = moment.terms;
  const { averaging } = moment;
  const isLastDay = istDateOf(moment.marketNowMs) === contracts.expiryDate;
  return {
    marketTimeMs: moment.marketNowMs,
    spotPaise: underlying.lastPaise,
    spotPrevClosePaise: underlying.prevClosePaise,
    spotState: moment.spotState,
    futureKey: contracts.future?.instrumentKey ?? '',
    futurePaise: future?.lastPaise,
    forward:
      forward === undefined
        ? undefined
        : {
            price: forward.forward,
            source: SOURCE[forward.source],
            strikesUsed: forward.strikesUsed,
            standardError: forward.standardError,
          },
    atmStrikePaise: forward === undefined ? undefined : nearest(contracts.strikesPaise, forward.forward * 100),
    secondsToExpiry,
    expiresAtMs: endsAtMs,
    lotSize: contracts.lotSize,
    tickSizePaise: contracts.tickSizePaise,
    weekly: contracts.weekly,
    analytics: undefined,
    settlement: {
      method: settlement.method,
      delivery: settlement.delivery,
      windowStartMs: settlement.start,
      windowEndMs: settlement.end,
      verified: settlement.verified,
      inWindow: isLastDay && moment.marketNowMs >= settlement.start && moment.marketNowMs < settlement.end,
      elapsedShare:
        averaging === undefined ? undefined : 1 - Math.min(1, averaging.secondsToEnd / averaging.lengthSeconds),
      runningAveragePaise: averaging === undefined ? undefined : averaging.runningAverage * 100,
    },
    ...countModes(quotes),
  };
}

function countModes(quotes: ChainQuotes): Pick<ChainHead, 'streamedFull' | 'streamedLight' | 'readByRest' | 'silent'> {
  const counts = { streamedFull: 0, streamedLight: 0, readByRest: 0, silent: 0 };
  for (const quote of [...quotes.calls, ...quotes.puts]) {
    if (quote.key !== '') counts[kindOf(quote)] += 1;
  }
  return counts;
}

function kindOf({
  quotedAtMs,
  source,
  mode,
}: InstrumentQuote): 'streamedFull' | 'streamedLight' | 'readByRest' | 'silent' {
  if (quotedAtMs === 0) return 'silent';
  if (source === TickSource.REST) return 'readByRest';
  return mode >= TickMode.FULL ? 'streamedFull' : 'streamedLight';
}

/** The strike nearest to a price; the lower of two as near. */
export function nearest(strikesPaise: readonly number[], pricePaise: number): number | undefined {
  let best: number | undefined;
  for (const strike of strikesPaise) {
    if (best === undefined || Math.abs(strike - pricePaise) < Math.abs(best - pricePaise)) best = strike;
  }
  return best;
}

const paiseOrNothing = (paise: number | undefined): number | undefined =>
  paise === undefined || paise <= 0 ? undefined : paise / 100;
