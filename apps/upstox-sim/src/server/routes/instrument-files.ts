import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { MasterRow } from '../../market/market-source.ts';
import { RawReply } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import type { Call, Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

const compress = promisify(gzip);

/** The files under the assets host and the rows each holds. */
const FILES: Readonly<Record<string, (row: MasterRow) => boolean>> = {
  complete: () => true,
  NSE: (row) => row.exchange === 'NSE',
  BSE: (row) => row.exchange === 'BSE',
  MCX: (row) => row.exchange === 'MCX',
  MTF: (row) => row.mtf_enabled === true,
  NSE_MIS: (row) => row.segment === 'NSE_EQ',
  BSE_MIS: (row) => row.segment === 'BSE_EQ',
  'suspended-instrument': () => false,
};

interface PublishedFile {
  readonly body: Buffer;
  readonly etag: string;
}

/** The gzipped instrument master, built once per master and answered conditionally like any asset. */
export function instrumentFileRoutes(context: SimContext): Route[] {
  let of: readonly MasterRow[] | undefined;
  let lastModified = '';
  const published = new Map<string, Promise<PublishedFile>>();

  const fileOf = (name: string, keep: (row: MasterRow) => boolean): Promise<PublishedFile> => {
    const rows = context.catalog.rows();
    if (rows !== of) {
      of = rows;
      lastModified = new Date(context.clock.wallNow()).toUTCString();
      published.clear();
    }
    let file = published.get(name);
    if (file === undefined) {
      file = publish(rows.filter(keep));
      published.set(name, file);
    }
    return file;
  };

  const serve = async ({ params, request }: Call): Promise<RawReply> => {
    const [, name = ''] = /^(.+)\.json\.gz$/.exec(params['file'] ?? '') ?? [];
    const keep = FILES[name];
    if (keep === undefined || !Object.hasOwn(FILES, name)) throw apiError('UDAPI100060');
    const { body, etag } = await fileOf(name, keep);
    const headers = { etag, 'last-modified': lastModified, 'cache-control': 'public, max-age=60' };
    if (request.headers['if-none-match'] === etag) return new RawReply(304, '', headers);
    // No content-encoding: the file itself is gzip, a client must not see it unpacked.
    return new RawReply(200, body, { ...headers, 'content-type': 'application/gzip' });
  };

  return [{ method: 'GET', path: '/market-quote/instruments/exchange/:file', accepts: 'anyone', handle: serve }];
}

async function publish(rows: readonly MasterRow[]): Promise<PublishedFile> {
  const body = await compress(JSON.stringify(rows));
  return { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"` };
}
