import {
  err,
  type InstrumentKey,
  type IstDate,
  istDateOf,
  ok,
  type Paise,
  type Result,
  segmentOf,
  type SupportedSegment,
} from '@vega/kernel';
import { z } from 'zod';
import { istDateText, reasonOf, rupees, supportedKey } from './wire-values.ts';

/** What every instrument has. */
interface InstrumentIdentity {
  readonly key: InstrumentKey;
  readonly segment: SupportedSegment;
  readonly exchange: string;
  readonly exchangeToken: string;
  readonly tradingSymbol: string;
  readonly name: string;
}

/** A share, bond or fund of NSE_EQ or BSE_EQ. */
export interface EquityInstrument extends InstrumentIdentity {
  readonly kind: 'equity';
  /** The exchange's series: EQ, BE, SM, A, B and so on. */
  readonly series: string;
  readonly isin: string;
  readonly shortName: string | null;
  readonly securityType: string | null;
  readonly lotSize: number;
  readonly freezeQuantity: number;
  readonly tickPaise: Paise;
  readonly casEligible: boolean;
}

/** A future or option of NSE_FO or BSE_FO. */
export interface DerivativeInstrument extends InstrumentIdentity {
  readonly kind: 'future' | 'call' | 'put';
  readonly underlyingKey: InstrumentKey;
  readonly underlyingSymbol: string;
  readonly underlyingType: string;
  readonly expiry: IstDate;
  readonly weekly: boolean;
  /** Null for a future. */
  readonly strikePaise: Paise | null;
  readonly lotSize: number;
  readonly minimumLot: number;
  readonly freezeQuantity: number;
  readonly tickPaise: Paise;
}

/** An index of NSE_INDEX or BSE_INDEX. */
export interface IndexInstrument extends InstrumentIdentity {
  readonly kind: 'index';
}

/** A tradable or observable instrument as Upstox's master, search and contract calls describe it. */
export type Instrument = EquityInstrument | DerivativeInstrument | IndexInstrument;

const text = z.string().min(1).max(200);
const textOrNull = z
  .string()
  .nullish()
  .transform((value) => (value ? value : null));
const positive = z.int().positive();

/** `tick_size` is the one price that the master prints in paise. */
const tick = positive.transform((value) => value as Paise);

const identity = {
  instrument_key: supportedKey,
  exchange: text,
  exchange_token: z.union([text, z.int().transform(String)]),
  trading_symbol: text,
  name: text,
};

interface WireIdentity {
  readonly instrument_key: InstrumentKey;
  readonly exchange: string;
  readonly exchange_token: string;
  readonly trading_symbol: string;
  readonly name: string;
}

function identityOf(wire: WireIdentity): InstrumentIdentity {
  return {
    key: wire.instrument_key,
    segment: segmentOf(wire.instrument_key),
    exchange: wire.exchange,
    exchangeToken: wire.exchange_token,
    tradingSymbol: wire.trading_symbol,
    name: wire.name,
  };
}

const equity = z
  .object({
    ...identity,
    instrument_type: text,
    isin: text,
    short_name: textOrNull,
    security_type: textOrNull,
    lot_size: positive,
    freeze_quantity: positive,
    tick_size: tick,
    cas_eligible: z.boolean().nullish(),
  })
  .transform((wire): EquityInstrument => ({
    ...identityOf(wire),
    kind: 'equity',
    series: wire.instrument_type,
    isin: wire.isin,
    shortName: wire.short_name,
    securityType: wire.security_type,
    lotSize: wire.lot_size,
    freezeQuantity: wire.freeze_quantity,
    tickPaise: wire.tick_size,
    casEligible: wire.cas_eligible ?? false,
  }));

/** The master prints an expiry as epoch ms of 23:59:59 IST, the contract calls as a date. */
const expiry = z.union([z.int().positive().transform(istDateOf), istDateText]);

const KIND_OF_TYPE = { FUT: 'future', CE: 'call', PE: 'put' } as const;

const derivative = z
  .object({
    ...identity,
    instrument_type: z.enum(['FUT', 'CE', 'PE']),
    underlying_key: supportedKey,
    underlying_symbol: text,
    underlying_type: text,
    expiry,
    weekly: z.boolean().nullish(),
    strike_price: rupees,
    lot_size: positive,
    minimum_lot: positive.nullish(),
    freeze_quantity: positive,
    tick_size: tick,
  })
  .refine((wire) => wire.instrument_type === 'FUT' || wire.strike_price > 0, {
    path: ['strike_price'],
    message: 'an option needs a strike above zero',
  })
  .transform((wire): DerivativeInstrument => ({
    ...identityOf(wire),
    kind: KIND_OF_TYPE[wire.instrument_type],
    underlyingKey: wire.underlying_key,
    underlyingSymbol: wire.underlying_symbol,
    underlyingType: wire.underlying_type,
    expiry: wire.expiry,
    weekly: wire.weekly ?? false,
    strikePaise: wire.instrument_type === 'FUT' ? null : wire.strike_price,
    lotSize: wire.lot_size,
    minimumLot: wire.minimum_lot ?? wire.lot_size,
    freezeQuantity: wire.freeze_quantity,
    tickPaise: wire.tick_size,
  }));

const index = z.object(identity).transform((wire): IndexInstrument => ({ ...identityOf(wire), kind: 'index' }));

const SCHEMA_OF_SEGMENT: Readonly<Record<SupportedSegment, z.ZodType<Instrument>>> = {
  NSE_EQ: equity,
  BSE_EQ: equity,
  NSE_FO: derivative,
  BSE_FO: derivative,
  NSE_INDEX: index,
  BSE_INDEX: index,
};

const segmentField = z.object({ segment: z.string() });

/** The segment a row states; undefined when it states none. */
export function segmentOfRow(row: unknown): string | undefined {
  const parsed = segmentField.safeParse(row);
  return parsed.success ? parsed.data.segment : undefined;
}

/** Reads a row of a supported segment. The reason of a refusal is one line. */
export function readInstrument(row: unknown, segment: SupportedSegment): Result<Instrument, string> {
  const parsed = SCHEMA_OF_SEGMENT[segment].safeParse(row);
  if (!parsed.success) return err(reasonOf(parsed.error));
  return parsed.data.segment === segment ? ok(parsed.data) : err('the key is not of the segment the row states');
}
