import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { MasterRow } from '../market-source.ts';

/** What a row must have to be traded; Upstox's other fields pass as they are. */
const Row = z.looseObject({
  segment: z.string(),
  name: z.string().default(''),
  exchange: z.string().default(''),
  instrument_type: z.string().default(''),
  instrument_key: z.string(),
  exchange_token: z.coerce.string().default(''),
  trading_symbol: z.string().default(''),
});

const TIMEOUT_MS = 60_000;

/** Reads an instrument master as Upstox publishes it: a JSON array, gzipped or not, from a file or an address. */
export async function readMaster(source: string): Promise<readonly MasterRow[]> {
  const bytes = /^https?:/.test(source) ? await download(source) : await readFile(source);
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  const parsed = z.array(Row).safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`the instrument master ${source} has an unknown form`);
  return parsed.data as unknown as readonly MasterRow[];
}

async function download(source: string): Promise<Buffer> {
  const response = await fetch(source, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the instrument master ${source} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
