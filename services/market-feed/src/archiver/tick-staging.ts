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
import { segmentOf, type InstrumentKey } from '@vega/kernel';
import { dateOfDay, DEPTH_COLUMNS, flattenDepth, marketDay, TICK_COLUMNS, type StreamedTick } from './tick-columns.ts';

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

const STAGED: readonly {
  readonly name: string;
  readonly type: DuckDBType;
  readonly read: (row: StreamedTick) => DuckDBValue;
}[] = [
  { name: 'market_day', type: INTEGER, read: ({ tick }) => marketDay(tick) },
  { name: 'segment', type: VARCHAR, read: ({ tick }) => segmentOf(tick.instrumentKey as InstrumentKey) },
  ...TICK_COLUMNS.map((column) => {
    const isText = column.type === 'VARCHAR' && column.names === undefined;
    return { name: column.name, type: isText ? VARCHAR : DOUBLE, read: column.read };
  }),
  { name: 'depth', type: LIST(DOUBLE), read: ({ tick }) => listValue(flattenDepth(tick.depth)) },
];

/** Rows of the archive as they stand in a file: whole numbers as such, names for enumerations, the depth as four lists. */
const FILE_COLUMNS = [
  ...TICK_COLUMNS.map(({ name, type, names }) =>
    names === undefined
      ? `${name}::${type} AS ${name}`
      : `coalesce((${`[${names.map((text) => `'${text}'`).join(', ')}]`})[${name}::INTEGER + 1], ${name}::INTEGER::VARCHAR) AS ${name}`,
  ),
  ...DEPTH_COLUMNS.map((name, at) => `depth[${at + 1}:-:${DEPTH_COLUMNS.length}]::BIGINT[] AS ${name}`),
].join(', ');

/** How files of the archive are written. */
export const PARQUET_OPTIONS = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880`;

/** Ticks on their way into files: in DuckDB's memory, column by column, until they are written and dropped. */
export class TickStaging {
  private buffer: StreamedTick[] = [];
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
    });
    const connection = await instance.connect();
    await connection.run(
      `CREATE TABLE ticks (${STAGED.map(({ name, type }) => `${name} ${type.toString()}`).join(', ')})`,
    );
    return new TickStaging(instance, connection, await connection.createAppender('ticks'));
  }

  /** Rows held. */
  get rows(): number {
    return this.staged + this.buffer.length;
  }

  add(row: StreamedTick): void {
    this.buffer.push(row);
    if (this.buffer.length === CHUNK_ROWS) this.drainBuffer();
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
    this.buffer = [];
    this.staged = 0;
    this.appender.closeSync();
    await this.connection.run('TRUNCATE ticks');
    this.appender = await this.connection.createAppender('ticks');
  }

  close(): void {
    this.appender.closeSync();
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private drainBuffer(): void {
    const { buffer } = this;
    if (buffer.length === 0) return;
    const chunk = DuckDBDataChunk.create(
      STAGED.map(({ type }) => type),
      buffer.length,
    );
    for (const [at, { read }] of STAGED.entries()) {
      const vector = chunk.getColumnVector(at);
      for (let row = 0; row < buffer.length; row += 1) vector.setItem(row, read(buffer[row] as StreamedTick));
      vector.flush();
    }
    this.appender.appendDataChunk(chunk);
    this.staged += buffer.length;
    this.buffer = [];
  }
}

/** Text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
