import { MAX_LEGS, type BuilderLeg, type LegKind, type NewLeg } from './builder-slice.ts';

const LETTERS: Readonly<Record<LegKind, string>> = { CALL: 'C', PUT: 'P', FUTURE: 'F' };
const KINDS: Readonly<Record<string, LegKind>> = { C: 'CALL', P: 'PUT', F: 'FUTURE' };
const MAX_LOTS = 10_000;
const LEG = /^([BS])(\d{1,5})([CPF])(\d{1,9}(?:\.\d{1,2})?)?@(\d{4}-\d{2}-\d{2})(?:~(\d{1,9}(?:\.\d{1,2})?))?$/;

/** A position as the query of a link: `?on=NSE_INDEX%7CNifty+50&legs=S1C25000@2026-12-01~120.5,...`. */
export function toShareQuery(underlying: string, legs: readonly BuilderLeg[]): string {
  const words = legs.map(({ side, lots, kind, strike, expiry, price }) => {
    const paid = price === null ? '' : `~${price}`;
    return `${side === 'BUY' ? 'B' : 'S'}${lots}${LETTERS[kind]}${strike ?? ''}@${expiry}${paid}`;
  });
  return `?${new URLSearchParams({ on: underlying, legs: words.join(',') }).toString()}`;
}

/** The position of a link's query; undefined where there is none, or one of its legs cannot be read. */
export function readShareQuery(query: string): { underlying: string; legs: NewLeg[] } | undefined {
  const fields = new URLSearchParams(query);
  const [underlying, text] = [fields.get('on') ?? '', fields.get('legs') ?? ''];
  if (underlying === '' || text === '') return undefined;
  const legs = text.split(',').map(readLeg);
  if (legs.length > MAX_LEGS || !legs.every((leg) => leg !== undefined)) return undefined;
  return { underlying, legs };
}

function readLeg(word: string): NewLeg | undefined {
  const [, side, lotsText, letter = '', strikeText, expiry = '', priceText] = LEG.exec(word) ?? [];
  const kind = KINDS[letter];
  const lots = Number(lotsText);
  const strike = strikeText === undefined ? null : Number(strikeText);
  if (kind === undefined || !(lots >= 1 && lots <= MAX_LOTS) || (kind === 'FUTURE') !== (strike === null))
    return undefined;
  const price = priceText === undefined ? null : Number(priceText);
  return { kind, side: side === 'B' ? 'BUY' : 'SELL', lots, expiry, strike, price };
}
