import {
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { DAY_MS, IST_OFFSET_MS, parseInstrumentKey, segmentOf } from '@vega/kernel';
import { columnIndex, DEPTH_COLUMNS, TICK_COLUMNS } from './tick-columns.ts';
import { TickReader } from './tick-reader.ts';

/** Rows per data chunk: DuckDB's own vector size. */
const CHUNK_ROWS = 2_048;

/** Ticks of one date and segment: what goes into one file. */
export interface TickGroup {
  /** YYYY-MM-DD of market time. */
  readonly date: string;
  readonly segment: string;
  readonly rows: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstMarketTimeMs: number;
  readonly lastMarketTimeMs: number;
}

export interface StagingOptions {
  /** DuckDB's memory, such as `512MB`; beyond it, it spills to `spillFolder`. */
  readonly memoryLimit: string;
  readonly spillFolder: string;
}

const MARKET_TIME = columnIndex('market_time_ms');
/** Keys remembered as good or bad; a stream of more different ones starts over. */
const MAX_KEYS = 200_000;

/** Columns of the staging table: what files a tick, then the tick. */
const STAGED: readonly { readonly name: string; readonly type: DuckDBType }[] = [
  { name: 'market_day', type: INTEGER },
  { name: 'segment', type: VARCHAR },
  { name: 'stream_seq', type: DOUBLE },
  { name: 'instrument_key', type: VARCHAR },
  ...TICK_COLUMNS.map(({ name }) => ({ name, type: DOUBLE })),
  { name: 'depth', type: LIST(DOUBLE) },
];
const FIRST_NUMBER = 4;

/** Rows of the archive as they stand in a file: whole numbers as such, names for enumerations, the depth as four lists. */
const FILE_COLUMNS = [
  'stream_seq::BIGINT AS stream_seq',
  'instrument_key',
  ...TICK_COLUMNS.map(({ name, type, names }) =>
    names === undefined
      ? `${name}::${type} AS ${name}`
      : `coalesce([${names.map(literal).join(', ')}][${name}::INTEGER + 1], ${name}::INTEGER::VARCHAR) AS ${name}`,
  ),
  ...DEPTH_COLUMNS.map((name, at) => `depth[${at + 1}:-:${DEPTH_COLUMNS.length}]::BIGINT[] AS ${name}`),
].join(', ');

/** How files of the archive are written. */
export const PARQUET_OPTIONS = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880`;

/** Ticks on their way into files: in DuckDB's memory, column by column, until they are written and dropped. */
export class TickStaging {
  private readonly reader = new TickReader();
  private readonly segments = new Map<string, string | undefined>();
  /** Rows not yet in DuckDB: numbers column by column, the rest by row. */
  private readonly numbers = TICK_COLUMNS.map(() => new Float64Array(CHUNK_ROWS));
  private readonly sequences = new Float64Array(CHUNK_ROWS);
  private readonly keys: string[] = [];
  private readonly depths: number[][] = [];
  /** One for all: a chunk holds megabytes that the garbage collector does not see, so it would let many of them wait. */
  private readonly chunk = DuckDBDataChunk.create(STAGED.map(({ type }) => type));
  private buffered = 0;
  private staged = 0;
  private appender: DuckDBAppender;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    appender: DuckDBAppender,
  ) {
    this.appender = appender;
  }

  static async open(options: StagingOptions): Promise<TickStaging> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: options.memoryLimit,
      temp_directory: options.spillFolder,
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      // Files are read once, to be merged, and then removed: kept, they would fill the memory up to its limit.
      enable_external_file_cache: 'false',
    });
    const connection = await instance.connect();
    await connection.run(
      `CREATE TABLE ticks (${STAGED.map(({ name, type }) => `${name} ${type.toString()}`).join(', ')})`,
    );
    return new TickStaging(instance, connection, await connection.createAppender('ticks'));
  }

  /** Rows held. */
  get rows(): number {
    return this.staged + this.buffered;
  }

  /** Takes one message of the stream; false when it is no tick of a segment that is served. */
  add(streamSeq: number, message: Uint8Array): boolean {
    const { reader, buffered: row } = this;
    if (!reader.read(message) || !((reader.values[MARKET_TIME] as number) > 0)) return false;
    if (this.segmentOf(reader.key) === undefined) return false;
    for (let at = 0; at < TICK_COLUMNS.length; at += 1) {
      (this.numbers[at] as Float64Array)[row] = reader.values[at] as number;
    }
    this.sequences[row] = streamSeq;
    this.keys[row] = reader.key;
    this.depths[row] = reader.depth;
    this.buffered += 1;
    if (this.buffered === CHUNK_ROWS) this.drainBuffer();
    return true;
  }

  /** The groups of what is held, ready to be written. */
  async groups(): Promise<readonly TickGroup[]> {
    this.drainBuffer();
    this.appender.flushSync();
    const reader = await this.connection.runAndReadAll(`
      SELECT market_day, segment, count(*), min(stream_seq), max(stream_seq), min(market_time_ms), max(market_time_ms)
      FROM ticks GROUP BY ALL ORDER BY ALL`);
    return reader.getRows().map((row) => {
      const [day, segment, ...numbers] = row;
      const [rows = 0, firstSeq = 0, lastSeq = 0, firstMs = 0, lastMs = 0] = numbers.map(Number);
      return {
        date: dateOfDay(Number(day)),
        segment: String(segment),
        rows,
        firstSeq,
        lastSeq,
        firstMarketTimeMs: firstMs,
        lastMarketTimeMs: lastMs,
      };
    });
  }

  /** Writes one group to a Parquet file, its instruments together, each in the order of the stream. */
  async write(group: TickGroup, file: string): Promise<void> {
    await this.connection.run(`
      COPY (SELECT ${FILE_COLUMNS} FROM ticks
            WHERE segment = ${literal(group.segment)} AND market_day = ${literal(group.date)}::DATE - DATE '1970-01-01'
            ORDER BY instrument_key, stream_seq)
      TO ${literal(file)} (${PARQUET_OPTIONS})`);
  }

  /** Forgets what is held. */
  async clear(): Promise<void> {
    this.buffered = 0;
    this.staged = 0;
    this.appender.closeSync();
    await this.connection.run('TRUNCATE ticks');
    // What was dropped is free for the next rows after a checkpoint only; until then each batch takes new memory.
    await this.connection.run('CHECKPOINT');
    this.appender = await this.connection.createAppender('ticks');
  }

  close(): void {
    this.appender.closeSync();
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private segmentOf(key: string): string | undefined {
    if (this.segments.has(key)) return this.segments.get(key);
    if (this.segments.size >= MAX_KEYS) this.segments.clear();
    const parsed = parseInstrumentKey(key);
    const segment = parsed.ok ? segmentOf(parsed.value) : undefined;
    this.segments.set(key, segment);
    return segment;
  }

  private drainBuffer(): void {
    const count = this.buffered;
    if (count === 0) return;
    const { chunk } = this;
    chunk.reset();
    chunk.rowCount = count;
    const times = this.numbers[MARKET_TIME] as Float64Array;
    fill(chunk, 0, count, (row) => marketDay(times[row] as number));
    fill(chunk, 1, count, (row) => this.segments.get(this.keys[row] as string) ?? null);
    fill(chunk, 2, count, (row) => this.sequences[row] as number);
    fill(chunk, 3, count, (row) => this.keys[row] as string);
    for (const [at, column] of this.numbers.entries()) {
      const vector = chunk.getColumnVector(FIRST_NUMBER + at);
      for (let row = 0; row < count; row += 1) {
        const value = column[row] as number;
        vector.setItem(row, value === value ? value : null);
      }
      vector.flush();
    }
    fill(chunk, STAGED.length - 1, count, (row) => listValue(this.depths[row] as number[]));
    this.appender.appendDataChunk(chunk);
    this.staged += count;
    this.buffered = 0;
  }
}

function fill(chunk: DuckDBDataChunk, column: number, count: number, read: (row: number) => DuckDBValue): void {
  const vector = chunk.getColumnVector(column);
  for (let row = 0; row < count; row += 1) vector.setItem(row, read(row));
  vector.flush();
}

/** Number of the IST calendar day of market time: the date a tick is filed under. */
function marketDay(marketTimeMs: number): number {
  return Math.floor((marketTimeMs + IST_OFFSET_MS) / DAY_MS);
}

/** YYYY-MM-DD of a day number. */
function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
