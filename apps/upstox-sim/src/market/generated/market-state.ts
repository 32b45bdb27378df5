/**
 * The state file of a generated market: a JSON header (length, text) followed by a row of doubles per instrument. It is
 * replaced as a whole, so that a reader finds one instant of the market. `until` is the market time up to which the
 * market may have been seen: a run that ended without a clean stop is played again, silently, from the state to there;
 * being deterministic, it passes through the very quotes that were published and then goes on.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIstDate, type IstDate } from '@vega/kernel';
import { z } from 'zod';
import type { Contract } from './contract-master.ts';
import { INSTRUMENT_DOUBLES } from './instrument-state.ts';

const FORMAT = 'vega generated market 1';

const date = z.custom<IstDate>((value) => typeof value === 'string' && parseIstDate(value) !== undefined);
const word = z.number().int();
const words = z.tuple([word, word, word, word]);
const latentState = z.object({
  logSpot: z.number(),
  logPrevious: z.number(),
  ownLevel: z.number(),
  basis: z.number(),
  skew: z.number(),
  curvature: z.number(),
});
const contract = z.object({
  key: z.string(),
  token: z.number().int(),
  underlyingIndex: z.number().int(),
  type: z.enum(['FUT', 'CE', 'PE']),
  expiry: date,
  weekly: z.boolean(),
  strike: z.number(),
  listed: date,
  lot: z.number().int(),
  freeze: z.number().int(),
  tick: z.number().int(),
});
const header = z.object({
  format: z.literal(FORMAT),
  seed: z.string(),
  session: z.enum(['always-open', 'wall']),
  firstDate: date,
  closes: z.array(z.number()),
  date,
  now: z.number(),
  until: z.number(),
  random: words,
  cursors: z.array(z.object({ position: z.number(), carry: z.number() })),
  latent: z.object({ random: words, marketLevel: z.number(), states: z.array(latentState) }),
  tokens: z.object({ NSE_FO: z.number(), BSE_FO: z.number() }),
  surfaces: z.record(z.string(), z.object({ averageSum: z.number(), averageMs: z.number(), final: z.number() })),
  contracts: z.array(contract),
  loaded: z.array(z.string()),
});

/** What is saved besides the instruments' rows. */
export type MarketHeader = Omit<z.infer<typeof header>, 'format' | 'contracts'> & {
  readonly contracts: readonly Contract[];
};

/** A market at one instant. */
export interface MarketState {
  readonly header: MarketHeader;
  /** {@link INSTRUMENT_DOUBLES} per instrument, in the board's order. */
  readonly rows: Float64Array;
}

/** Path of the state file within a state directory. */
export function statePath(directory: string): string {
  return join(directory, 'generated-market.state');
}

/** The bytes of a state file. */
export function encodeState(state: MarketState): Buffer {
  const text = Buffer.from(JSON.stringify({ format: FORMAT, ...state.header }), 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32LE(text.length);
  const rows = Buffer.from(state.rows.buffer, state.rows.byteOffset, state.rows.byteLength);
  return Buffer.concat([head, text, rows]);
}

/** Reads a state file; undefined when there is none. Throws when it is not one of ours. */
export function readState(directory: string): MarketState | undefined {
  const path = statePath(directory);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const length = bytes.length >= 4 ? bytes.readUInt32LE() : 0;
  const rowBytes = bytes.length - 4 - length;
  if (rowBytes < 0 || rowBytes % (INSTRUMENT_DOUBLES * 8) !== 0) throw unreadable(path, 'it is cut short');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', 4, 4 + length));
  } catch {
    throw unreadable(path, 'its header is not JSON');
  }
  const parsed = header.safeParse(json);
  if (!parsed.success) throw unreadable(path, z.prettifyError(parsed.error).split('\n', 1)[0] ?? 'unknown format');
  const rows = new Float64Array(rowBytes / 8);
  bytes.copy(Buffer.from(rows.buffer), 0, 4 + length);
  return { header: parsed.data, rows };
}

function unreadable(path: string, reason: string): Error {
  return new Error(`the market's state file ${path} cannot be read (${reason}); remove it to begin a new market`);
}
