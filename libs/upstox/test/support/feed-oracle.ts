import Long from 'long';
import type { FeedSlot } from '../../src/market/feed/feed-slot.ts';
import { FeedType } from './feed-schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A slot's content as a plain record, with only the depth levels that are set. */
export type FlatFeed = Readonly<Record<string, unknown>>;

/** What a slot holds. */
export function flatOfSlot(slot: FeedSlot): FlatFeed {
  const { bidQ, bidP, askQ, askP, ...rest } = slot;
  const levels = Array.from({ length: slot.depthLevels }, (_, at) => [bidQ[at], bidP[at], askQ[at], askP[at]]);
  return { ...rest, levels };
}

/** The number of a wire integer; undefined when a double cannot hold it. */
function integer(value: unknown): number | undefined {
  if (!Long.isLong(value)) return Number(value ?? 0);
  const exact = Number(BigInt(value.toString()));
  return Number.isSafeInteger(exact) ? exact : undefined;
}

const own = (fields: Fields | undefined, name: string): unknown =>
  fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
const message = (fields: Fields | undefined, name: string): Fields | undefined =>
  (own(fields, name) as Fields | null | undefined) ?? undefined;

/** Content the hand decoder refuses on purpose. */
class Refused extends Error {}

function amount(value: unknown): number {
  const number = Number(value ?? 0);
  if (Math.abs(number) <= 4.5e13) return number;
  throw new Refused('amount');
}

function whole(value: unknown): number {
  const number = integer(value);
  if (number === undefined) throw new Refused('integer');
  return number;
}

const finite = (value: unknown): number => (Number.isFinite(Number(value ?? 0)) ? Number(value ?? 0) : 0);

function ltpcOf(parent: Fields | undefined): Fields {
  const ltpc = message(parent, 'ltpc');
  const iep = message(ltpc, 'iep');
  return {
    hasLtpc: ltpc !== undefined,
    ltp: amount(own(ltpc, 'ltp')),
    ltt: whole(own(ltpc, 'ltt')),
    ltq: whole(own(ltpc, 'ltq')),
    cp: amount(own(ltpc, 'cp')),
    hasLtpcIep: iep !== undefined,
    ltpcIep: amount(own(iep, 'value')),
  };
}

function greeksOf(parent: Fields | undefined): Fields {
  const greeks = message(parent, 'optionGreeks');
  const names = ['delta', 'theta', 'gamma', 'vega', 'rho'];
  const values = names.map((name) => Number(own(greeks, name) ?? 0));
  const isUsable = Number.isFinite(values.reduce((sum, value) => sum + value, 0));
  return {
    hasGreeks: greeks !== undefined && isUsable,
    ...Object.fromEntries(names.map((name, at) => [name, isUsable ? values[at] : 0])),
  };
}

function ohlcOf(parent: Fields | undefined): Fields {
  const bars = (own(message(parent, 'marketOHLC'), 'ohlc') ?? []) as readonly Fields[];
  const part = (prefix: 'day' | 'minute', interval: string): Fields => {
    const bar = bars.findLast((one) => own(one, 'interval') === interval);
    return {
      [`has${prefix === 'day' ? 'Day' : 'Minute'}`]: bar !== undefined,
      [`${prefix}Open`]: amount(own(bar, 'open')),
      [`${prefix}High`]: amount(own(bar, 'high')),
      [`${prefix}Low`]: amount(own(bar, 'low')),
      [`${prefix}Close`]: amount(own(bar, 'close')),
      [`${prefix}Vol`]: whole(own(bar, 'vol')),
      [`${prefix}Ts`]: whole(own(bar, 'ts')),
    };
  };
  for (const bar of bars) {
    for (const name of ['open', 'high', 'low', 'close']) amount(own(bar, name));
    for (const name of ['vol', 'ts']) whole(own(bar, name));
  }
  return { ...part('day', '1d'), ...part('minute', 'I1') };
}

function levelsOf(quotes: readonly Fields[] | undefined): Fields {
  const levels = (quotes ?? [])
    .slice(0, 30)
    .map((quote) => [
      whole(own(quote, 'bidQ')),
      amount(own(quote, 'bidP')),
      whole(own(quote, 'askQ')),
      amount(own(quote, 'askP')),
    ]);
  return { hasDepth: quotes !== undefined, depthLevels: levels.length, levels };
}

function restOf(parent: Fields | undefined): Fields {
  return {
    atp: amount(own(parent, 'atp')),
    vtt: whole(own(parent, 'vtt')),
    oi: amount(own(parent, 'oi')),
    iv: finite(own(parent, 'iv')),
    tbq: amount(own(parent, 'tbq')),
    tsq: amount(own(parent, 'tsq')),
    iep: amount(own(parent, 'iep')),
    rp: amount(own(parent, 'rp')),
    ieq: whole(own(parent, 'ieq')),
    iiqTotal: whole(own(parent, 'iiqTotal')),
    iiqM: whole(own(parent, 'iiqM')),
    casEligible: own(parent, 'casEligible') === true,
  };
}

/**
 * What protobufjs makes of a `Feed` message, flattened by the meaning of the schema: the witness of the hand decoder.
 * Throws for amounts and integers the hand decoder refuses on purpose, and for bytes protobufjs cannot read;
 * `several` marks bytes that set more than one member of a union, of which protobufjs keeps all.
 */
export function flatOfBytes(bytes: Uint8Array): { flat: FlatFeed; several: boolean } {
  const feed = FeedType.decode(bytes) as unknown as Fields;
  const full = message(feed, 'fullFeed');
  const members = {
    ltpc: message(feed, 'ltpc') && feed,
    market: message(full, 'marketFF'),
    index: message(full, 'indexFF'),
    greeks: message(feed, 'firstLevelWithGreeks'),
  };
  const present = Object.entries(members).filter(([, member]) => member !== undefined);
  const [kind, parent] = present[0] ?? ['none', undefined];
  const modes = ['ltpc', 'full', 'option_greeks', 'full_d30'];
  const first = message(parent, 'firstDepth');
  const book = message(parent, 'marketLevel');
  const quotes = kind === 'greeks' ? first && [first] : book && ((own(book, 'bidAskQuote') ?? []) as readonly Fields[]);
  return {
    flat: {
      kind,
      mode: modes[Number(own(feed, 'requestMode') ?? 0)],
      ...ltpcOf(parent),
      ...levelsOf(kind === 'market' || kind === 'greeks' ? quotes : undefined),
      ...greeksOf(kind === 'ltpc' ? undefined : parent),
      ...ohlcOf(kind === 'ltpc' ? undefined : parent),
      ...restOf(kind === 'ltpc' ? undefined : parent),
    },
    several: present.length + (full && present.some(([name]) => name === 'ltpc' || name === 'greeks') ? 1 : 0) > 1,
  };
}
