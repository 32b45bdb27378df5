import { DuckDBInstance } from '@duckdb/node-api';
import { jetstreamManager } from '@nats-io/jetstream';
import { STREAMS, subjects, Tick, TickMode, TickSource, toBytes } from '@vega/contracts';
import { instrumentKey, istDate, istInstant, systemClock } from '@vega/kernel';
import { connectBus, createLogger, ensureStreams, type Bus } from '@vega/platform';
import { eventually } from '@vega/testkit';
import { ArchiveFolder } from '../src/archiver/archive-folder.ts';
import { TickArchiver, type CommitStep, type TickArchiverOptions } from '../src/archiver/tick-archiver.ts';

export const silent = createLogger({ service: 'test', replica: 'test', level: 'silent' });

/** A connection of its own, as one process has; its end is sudden. */
export async function openBus(url: string): Promise<Bus> {
  return connectBus({ url, name: 'test', logger: silent, onFatal: () => undefined });
}

/** An empty stream of ticks. */
export async function freshStream(bus: Bus): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  await manager.streams.delete(STREAMS.ticks.name).catch(() => false);
  await ensureStreams(bus, [STREAMS.ticks]);
}

export const OPEN = istInstant(istDate('2026-08-04'), 9, 15);

/** The n-th of an endless series of ticks: three segments, two dates, all kinds of fields present and absent. */
export function tickNumber(n: number): Tick {
  const key = instrumentKey(['NSE_FO|51420', 'NSE_INDEX|Nifty 50', 'BSE_EQ|INE118H01025'][n % 3] as string);
  const isIndex = n % 3 === 1;
  const price = 10_000 + n;
  return {
    ...Tick.create({
      instrumentKey: key,
      instrumentId: 1 + (n % 3),
      feedEpoch: 4,
      seq: n,
      source: n < 3 ? TickSource.FEED_SNAPSHOT : TickSource.FEED_LIVE,
      mode: TickMode.FULL,
      marketTimeMs: OPEN + n * 7 + (n % 5 === 4 ? 86_400_000 : 0),
      receivedTimeUs: (OPEN + n) * 1_000 + 1,
      lastPricePaise: price,
      lastTradeTimeMs: OPEN + n,
      lastQty: n,
      prevClosePaise: 9_999,
      brokerGreeks: undefined,
      day: undefined,
      minute: undefined,
    }),
    ...(isIndex
      ? {}
      : {
          depth: Array.from({ length: n % 4 === 0 ? 30 : 5 }, (_level, i) => ({
            bidQty: n + i,
            bidPricePaise: price - i,
            askQty: n - i,
            askPricePaise: price + i,
          })),
          volume: 5_000_000_000 + n,
          oi: n % 2 === 0 ? n : undefined,
          brokerIv: 0.125,
          brokerGreeks: { delta: -0.5, theta: -15.25, gamma: 0.0003, vega: 46.5, rho: -1.5 },
          minute: { openPaise: 1, highPaise: 2, lowPaise: 1, closePaise: 2, volume: 3, startTimeMs: OPEN },
        }),
  };
}

/** Puts ticks on the bus and waits until the stream has them. */
export async function publishTicks(bus: Bus, from: number, to: number): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  const before = (await manager.streams.info(STREAMS.ticks.name)).state.last_seq;
  for (let n = from; n < to; n += 1) {
    const tick = tickNumber(n);
    bus.nc.publish(subjects.tick(instrumentKey(tick.instrumentKey)), toBytes(Tick, tick));
  }
  await bus.nc.flush();
  await eventually(async () => (await manager.streams.info(STREAMS.ticks.name)).state.last_seq === before + to - from, {
    withinMs: 10_000,
    what: 'the stream having all ticks',
  });
}

/** An archiver over its own connection. */
export async function openArchiver(
  url: string,
  folder: string,
  more: Partial<TickArchiverOptions> = {},
): Promise<{ archiver: TickArchiver; bus: Bus }> {
  const bus = await openBus(url);
  const archiver = new TickArchiver({
    bus,
    folder: new ArchiveFolder(folder),
    clock: systemClock,
    logger: silent,
    everyMs: 3_600_000,
    maxRows: 1_000_000,
    memoryLimit: '256MB',
    onDefect: (error) => {
      throw error;
    },
    ...more,
  });
  return { archiver, bus };
}

/** Runs an archiver until a step of a commit, from where on it does nothing more, like a killed process. */
export async function dieAt(url: string, folder: string, step: CommitStep, maxRows: number): Promise<void> {
  let death: Promise<void> | undefined;
  const { archiver, bus } = await openArchiver(url, folder, {
    maxRows,
    atStep: async (at) => {
      if (at === step) death ??= archiver.abandon();
    },
  });
  await archiver.start();
  await (
    await eventually(() => death && { death }, { withinMs: 10_000, what: `the archiver reaching ${step}` })
  ).death;
  await bus.nc.close();
}

/** Runs an archiver until all that the stream holds is filed. */
export async function archiveAll(
  url: string,
  folder: string,
  more: Partial<TickArchiverOptions> = {},
): Promise<TickArchiver> {
  const { archiver, bus } = await openArchiver(url, folder, more);
  await archiver.start();
  const manager = await jetstreamManager(bus.nc);
  const { last_seq: end } = (await manager.streams.info(STREAMS.ticks.name)).state;
  await eventually(() => archiver.readUpTo >= end, { withinMs: 15_000, what: 'the archiver reading to the end' });
  await archiver.stop();
  await bus.close();
  return archiver;
}

/** Rows of the archive's files by an SQL query; `ticks` stands for what the manifest names. */
export async function query(folder: string, paths: Iterable<string>, sql: string): Promise<unknown[][]> {
  const files = [...paths].map((path) => `'${new ArchiveFolder(folder).absolute(path)}'`).join(', ');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      sql.replaceAll('ticks', `read_parquet([${files}], hive_partitioning = false)`),
    );
    return reader.getRowsJS() as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
