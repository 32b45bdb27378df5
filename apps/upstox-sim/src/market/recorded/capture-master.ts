import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseIstDate, type IstDate } from '@vega/kernel';
import { expirySeries, indexContractTerms, INDEX_UNDERLYINGS, type IndexUnderlying } from '@vega/rulebook';
import { z } from 'zod';
import { masterExpiry, tradingSymbol } from '../generated/contract-master.ts';
import { calendar } from '../generated/trading-day.ts';
import { UNDERLYINGS } from '../generated/underlyings.ts';
import type { MasterRow } from '../market-source.ts';
import { RecordingError } from './recording.ts';
import { quoteOf, type TickMessage } from './tick-message.ts';

const date = z.custom<IstDate>((value) => typeof value === 'string' && parseIstDate(value) !== undefined, {
  error: 'not a date',
});
const meta = z.object({
  underlying: z.enum(INDEX_UNDERLYINGS),
  expiry: date,
  lot_size_seen: z.number().int().positive().optional(),
  strikes_inferred_from_greeks: z.record(
    z.string(),
    z.object({ type: z.enum(['CE', 'PE']), strike: z.number().positive() }),
  ),
});
type CaptureMeta = z.infer<typeof meta>;

/** Index names as Upstox keys them. */
export const INDEX_KEYS: Readonly<Record<IndexUnderlying, string>> = {
  NIFTY: 'NSE_INDEX|Nifty 50',
  BANKNIFTY: 'NSE_INDEX|Nifty Bank',
  FINNIFTY: 'NSE_INDEX|Nifty Fin Service',
  MIDCPNIFTY: 'NSE_INDEX|NIFTY MID SELECT',
  NIFTYNXT50: 'NSE_INDEX|Nifty Next 50',
  SENSEX: 'BSE_INDEX|SENSEX',
  BANKEX: 'BSE_INDEX|BANKEX',
};

/**
 * Master rows for a capture's instruments. Strikes come from `ticks_<date>_meta.json` beside the capture where there is
 * one; what it does not name gets a row with what the messages show. `ticks` are the grids seen, in paise.
 */
export function captureMaster(
  path: string,
  on: IstDate,
  first: ReadonlyMap<string, TickMessage>,
  ticks: ReadonlyMap<string, number>,
): MasterRow[] {
  const known = readMeta(join(dirname(path), `ticks_${on}_meta.json`));
  const underlying = known && indexRow(known.underlying);
  const rows = [...first].map(([key, message]) => rowOf(key, message, on, known, ticks.get(key) ?? 0));
  return underlying === undefined || first.has(underlying.instrument_key) ? rows : [underlying, ...rows];
}

function readMeta(path: string): CaptureMeta | undefined {
  if (!existsSync(path)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new RecordingError(`${basename(path)} is not JSON`);
  }
  const parsed = meta.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new RecordingError(`${basename(path)}: ${z.prettifyError(parsed.error).split('\n').join(' ')}`);
}

/** The master row of an index. */
export function indexRow(underlying: IndexUnderlying): MasterRow {
  const key = INDEX_KEYS[underlying];
  const [segment = '', name = ''] = key.split('|');
  const token = UNDERLYINGS.find((one) => one.key === key)?.token ?? '26000';
  return {
    segment,
    name,
    exchange: segment.slice(0, 3),
    instrument_type: 'INDEX',
    instrument_key: key,
    exchange_token: token,
    trading_symbol: underlying,
  };
}

function rowOf(
  key: string,
  message: TickMessage,
  on: IstDate,
  known: CaptureMeta | undefined,
  seen: number,
): MasterRow {
  const [segment = '', token = ''] = key.split('|');
  const tick = [1, 5, 10, 50, 100].findLast((grid) => seen > 0 && seen % grid === 0) ?? 5;
  if (segment.endsWith('_INDEX'))
    return { ...indexRow('NIFTY'), segment, name: token, instrument_key: key, trading_symbol: token };
  if (segment.endsWith('_EQ')) return shareRow(key, segment, token, tick);
  const strike = known?.strikes_inferred_from_greeks[key];
  if (known !== undefined && strike !== undefined) return optionRow(key, segment, token, on, known, strike);
  return unknownContractRow(key, segment, token, message, known?.underlying ?? 'NIFTY', on, known?.expiry, tick);
}

/** The contract row of an index option. */
export function optionRow(
  key: string,
  segment: string,
  token: string,
  on: IstDate,
  of: { underlying: IndexUnderlying; expiry: IstDate; lot_size_seen?: number | undefined; weekly?: boolean },
  option: { type: 'CE' | 'PE'; strike: number },
): MasterRow {
  const terms = indexContractTerms(of.underlying, of.expiry, on);
  const lot = of.lot_size_seen ?? terms.lot ?? 1;
  const { type, strike } = option;
  return {
    weekly: of.weekly ?? false,
    segment,
    name: of.underlying,
    exchange: segment.slice(0, 3),
    expiry: masterExpiry(of.expiry),
    instrument_type: type,
    asset_symbol: of.underlying,
    underlying_symbol: of.underlying,
    instrument_key: key,
    lot_size: lot,
    freeze_quantity: Math.floor((terms.freezeQuantity ?? lot * 24) / lot) * lot,
    exchange_token: token,
    minimum_lot: lot,
    underlying_key: INDEX_KEYS[of.underlying],
    tick_size: terms.optionTickPaise,
    underlying_type: 'INDEX',
    trading_symbol: tradingSymbol(of.underlying, { type, strike, expiry: of.expiry }),
    strike_price: strike,
    qty_multiplier: 1,
  };
}

function shareRow(key: string, segment: string, isin: string, tick: number): MasterRow {
  const known = UNDERLYINGS.find((one) => one.kind === 'share' && one.isin === isin);
  const named = known?.kind === 'share' ? known : undefined;
  return {
    segment,
    name: named?.name ?? isin,
    exchange: segment.slice(0, 3),
    isin,
    instrument_type: segment === 'BSE_EQ' ? 'A' : 'EQ',
    instrument_key: key,
    lot_size: 1,
    freeze_quantity: 100_000,
    exchange_token: named?.token ?? isin,
    tick_size: named?.tick ?? tick,
    trading_symbol: named?.symbol ?? isin,
    short_name: named?.shortName ?? isin,
    qty_multiplier: 1,
    security_type: 'NORMAL',
  };
}

/** A contract that nothing names: its type follows from its delta, its expiry is the month's, its strike is not known. */
function unknownContractRow(
  key: string,
  segment: string,
  token: string,
  message: TickMessage,
  underlying: IndexUnderlying,
  on: IstDate,
  expiry: IstDate | undefined,
  tick: number,
): MasterRow {
  const delta = quoteOf(message, 0).greeks?.delta;
  const type = delta === undefined ? 'FUT' : delta < 0 ? 'PE' : 'CE';
  const ends = expiry ?? expirySeries(calendar, underlying, on, { monthlies: 1 })[0]?.date ?? on;
  const terms = indexContractTerms(underlying, ends, on);
  const lot = terms.lot ?? 1;
  return {
    weekly: false,
    segment,
    name: `CONTRACT ${token}`,
    exchange: segment.slice(0, 3),
    expiry: masterExpiry(ends),
    instrument_type: type,
    instrument_key: key,
    lot_size: lot,
    freeze_quantity: lot * 20,
    exchange_token: token,
    minimum_lot: lot,
    tick_size: tick,
    trading_symbol: `CONTRACT ${token} ${type}`,
    strike_price: 0,
    qty_multiplier: 1,
  };
}
