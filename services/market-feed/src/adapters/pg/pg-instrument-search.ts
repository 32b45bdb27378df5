/**
 * Goal: find instruments as people name them, best first, in the same order every time, within milliseconds over a
 * hundred thousand rows.
 *
 * Method: names (indices, shares, funds, bonds) are found by their words through a trigram index. Contracts are found by
 * their underlying, of which there are a few hundred, and then told apart by the words of the contract. What nothing
 * matches is searched by likeness of trigrams among the names.
 *
 * Rank: 0 symbol, name, ISIN or key itself; 1 contract of exactly that underlying, all words whole; 2 the same, words
 * begun; 3 symbol that begins so; 4 all words whole; 5 options of exactly that underlying when nothing of a contract was
 * said; 6 all words begun. Equal ranks: by kind, nearest expiry, NSE before BSE, strike, name; the key makes it total.
 */
import type { Instrument } from '@vega/contracts';
import type pg from 'pg';
import { INSTRUMENT_KINDS } from '../../domain/instrument-entry.ts';
import type { InstrumentQuery } from '../../domain/instrument-query.ts';
import { INSTRUMENT_COLUMNS, toInstrument, type InstrumentRow } from './instrument-row.ts';

/** What narrows a search. Empty lists and an absent date narrow nothing. */
export interface InstrumentFilter {
  readonly segments: readonly string[];
  readonly instrumentTypes: readonly string[];
  readonly expiryDate: string | undefined;
}

export interface InstrumentHits {
  readonly instruments: readonly Instrument[];
  /** All that match, beyond the page. */
  readonly total: number;
}

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A row of a page, or the one row of an empty page. */
type FoundRow = (InstrumentRow & { readonly total: number }) | { readonly instrument_id: null; readonly total: number };

/** A word shorter than this finds the contracts of an underlying only if it is the whole of its symbol. */
const SHORTEST_ROOT_WORD = 3;
const IS_CONTRACT = `kind IN (${INSTRUMENT_KINDS.future}, ${INSTRUMENT_KINDS.option})`;
const IS_NAME = `kind NOT IN (${INSTRUMENT_KINDS.future}, ${INSTRUMENT_KINDS.option})`;
const KEYS =
  'instrument_id, kind, expiry_date, exchange, root, strike_paise, instrument_type, trading_symbol, instrument_key';
const ORDER = `kind, expiry_date NULLS FIRST, exchange DESC, root, strike_paise, instrument_type, trading_symbol, instrument_key`;

/** Searches the current master. */
export class PgInstrumentSearch {
  constructor(private readonly pool: pg.Pool) {}

  /** One page of what matches the query; likeness counts only where no word does. */
  async search(query: InstrumentQuery, filter: InstrumentFilter, page: Page): Promise<InstrumentHits> {
    const hits = await this.run(wordSearch(query, filter, page));
    if (hits.total > 0 || query.words.length === 0) return hits;
    return this.run(likenessSearch(query, filter, page));
  }

  private async run(statement: Statement): Promise<InstrumentHits> {
    const { rows } = await this.pool.query<FoundRow>(statement.text, statement.values);
    const instruments = rows.flatMap((row) => (row.instrument_id === null ? [] : [toInstrument(row)]));
    return { instruments, total: rows[0]?.total ?? 0 };
  }
}

/** A statement in the making: its parameters, numbered as they come; equal ones share a number. */
class Statement {
  text = '';
  readonly values: unknown[] = [];

  param(value: unknown): string {
    const known = typeof value === 'string' ? this.values.indexOf(value) : -1;
    if (known >= 0) return `$${known + 1}`;
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Whether the text has every word at the start of one of its words. */
  begun(column: string, words: readonly string[]): string {
    return and(words.map((word) => `${column} LIKE ${this.param(`% ${word}%`)}`));
  }

  /** Whether the text has every word whole. */
  whole(column: string, words: readonly string[]): string {
    return and(words.map((word) => `${column} LIKE ${this.param(`% ${word} %`)}`));
  }

  /** What an instrument must be in any case; `of` is the table's alias with a point. */
  filter(query: InstrumentQuery, filter: InstrumentFilter, of = ''): string {
    const conditions = [`${of}active`];
    if (filter.segments.length > 0) conditions.push(`${of}segment = ANY(${this.param(filter.segments)}::text[])`);
    if (filter.instrumentTypes.length > 0) {
      conditions.push(`${of}instrument_type = ANY(${this.param(filter.instrumentTypes)}::text[])`);
    }
    for (const date of [filter.expiryDate, query.expiry]) {
      if (date !== undefined) conditions.push(`${of}expiry_date = ${this.param(date)}::date`);
    }
    return and(conditions);
  }

  /** The page of `hits` (with `rank` and the order's columns) and their number; a row without instrument when the page is empty. */
  page(page: Page): string {
    return `
      found AS (SELECT * FROM hits ORDER BY rank, ${ORDER} LIMIT ${this.param(page.limit)} OFFSET ${this.param(page.offset)})
      SELECT ${INSTRUMENT_COLUMNS}, total
      FROM (SELECT count(*) AS total FROM hits) counted
      LEFT JOIN (SELECT rank, instrument_id AS found_id FROM found) f ON true
      LEFT JOIN instruments ON instrument_id = found_id
      ORDER BY rank, ${ORDER}`;
  }
}

function and(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

function wordSearch(query: InstrumentQuery, filter: InstrumentFilter, page: Page): Statement {
  const statement = new Statement();
  const narrowed = statement.filter(query, filter);
  const parts =
    query.key !== undefined
      ? [
          `SELECT 0 AS rank, ${KEYS} FROM instruments WHERE ${narrowed} AND instrument_key = ${statement.param(query.key)}`,
        ]
      : query.words.length === 0
        ? [`SELECT 0 AS rank, ${KEYS} FROM instruments WHERE ${narrowed}`]
        : [
            namesPart(statement, query, narrowed),
            contractsPart(statement, query, statement.filter(query, filter, 'd.')),
          ];
  statement.text = `WITH hits AS MATERIALIZED (${parts.join(' UNION ALL ')}), ${statement.page(page)}`;
  return statement;
}

function namesPart(statement: Statement, { words }: InstrumentQuery, narrowed: string): string {
  const all = words.join(' ');
  const like = (pattern: string): string => `search_text LIKE ${statement.param(pattern)}`;
  return `
    SELECT CASE
      WHEN ${like(` ${all} |%`)} OR ${like(`%| ${all} |%`)} THEN 0
      WHEN ${like(` ${all}%`)} THEN 3
      WHEN ${statement.whole('search_text', words)} THEN 4
      ELSE 6 END AS rank, ${KEYS}
    FROM instruments
    WHERE ${narrowed} AND ${IS_NAME} AND ${statement.begun('search_text', words)}`;
}

function contractsPart(statement: Statement, query: InstrumentQuery, narrowed: string): string {
  const { words, contractWords } = query;
  const plain = words.filter((word) => !contractWords.includes(word));
  const named = plain.length > 0 ? plain : words;
  const all = named.join(' ');
  const isRoot = `r.root IN (${statement.param(all)}, ${statement.param(words.join(' '))})`;
  const broad = named.every((word) => word.length < SHORTEST_ROOT_WORD);
  const candidates =
    plain.length > 0
      ? `${statement.begun('r.search_text', plain)} AND (${String(!broad)} OR ${isRoot})`
      : (strikeIs(statement, contractWords) ?? isRoot);
  const told = contractWords.map(
    (word) =>
      `(d.search_text LIKE ${statement.param(`% ${word}%`)} OR r.search_text LIKE ${statement.param(`% ${word}%`)})`,
  );
  const tellsContract = contractWords.length > 0;
  return `
    SELECT CASE
      WHEN ${isRoot} AND ${String(!tellsContract)} AND kind = ${INSTRUMENT_KINDS.option} THEN 5
      WHEN ${isRoot} AND ${statement.whole('d.search_text', contractWords)} THEN 1
      WHEN ${isRoot} THEN 2
      WHEN ${statement.whole(`(r.search_text || d.search_text)`, words)} THEN 4
      ELSE 6 END AS rank, ${KEYS.split(', ')
        .map((column) => `d.${column}`)
        .join(', ')}
    FROM instrument_roots r
    JOIN instruments d ON d.underlying_key = r.underlying_key AND d.root = r.root
    WHERE (${candidates}) AND ${narrowed}
      AND d.${IS_CONTRACT} AND ${and(told)}`;
}

/** Numbers alone mean strikes, and only exact ones: the beginnings of strikes are shared by everything. */
function strikeIs(statement: Statement, words: readonly string[]): string | undefined {
  const strikes = words.filter((word) => /^\d+(\.\d+)?$/.test(word)).map((word) => Math.round(Number(word) * 100));
  const exact = strikes.filter((strike) => Number.isSafeInteger(strike) && strike > 0);
  return exact.length === 0 ? undefined : `d.strike_paise = ANY(${statement.param(exact)}::bigint[])`;
}

function likenessSearch(query: InstrumentQuery, filter: InstrumentFilter, page: Page): Statement {
  const statement = new Statement();
  const narrowed = statement.filter(query, filter);
  const text = `${statement.param(query.words.join(' '))}::text`;
  statement.text = `
    WITH hits AS MATERIALIZED (
      SELECT -round((word_similarity(${text}, search_text) + similarity(${text}, root))::numeric, 2) AS rank, ${KEYS}
      FROM instruments
      WHERE ${narrowed} AND ${IS_NAME} AND ${text} <% search_text), ${statement.page(page)}`;
  return statement;
}
