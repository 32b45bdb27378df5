import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { STREAMS } from '@vega/contracts';
import type { Bus } from '@vega/platform';
import { eventually, testNats, withSeed, type OwnServer } from '@vega/testkit';
import { ArchiveManifest, MANIFEST_NAME, ManifestError } from '../src/archiver/archive-manifest.ts';
import { COMMIT_STEPS } from '../src/archiver/tick-archiver.ts';
import {
  archiveAll,
  dieAt,
  freshStream,
  openArchiver,
  openBus,
  OPEN,
  publishTicks,
  query,
  tickNumber,
} from './archive-fixture.ts';

let nats: OwnServer;
let bus: Bus;
let folder: string;

beforeAll(async () => {
  nats = await testNats();
  bus = await openBus(nats.url);
});

afterAll(async () => {
  await bus.close();
  await nats.close();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vega-archive-'));
  await freshStream(bus);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function manifest(): ArchiveManifest {
  return ArchiveManifest.read(folder);
}

/** Every file below the ticks folder, as the manifest would name it. */
function filesOnDisk(): string[] {
  return readdirSync(join(folder, 'ticks'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** What the archive must always be: each sequence once, only named files, counts as the manifest says. */
async function expectWhole(ticks: number): Promise<void> {
  const { files, lastSeq, missing } = manifest();
  expect(filesOnDisk()).toEqual([...files.keys()].sort());
  const [row] = await query(
    folder,
    files.keys(),
    'SELECT count(*), count(DISTINCT stream_seq), min(stream_seq), max(stream_seq) FROM ticks',
  );
  expect(row?.map(Number)).toEqual([ticks, ticks, 1, ticks]);
  expect([...files.values()].reduce((sum, { rows }) => sum + rows, 0)).toBe(ticks);
  expect([lastSeq, missing]).toEqual([ticks, 0]);
  for (const file of files.values()) expect(statSync(join(folder, file.path)).size).toBe(file.bytes);
}

it('files every field of every tick, typed, by date and segment', async () => {
  await publishTicks(bus, 0, 600);
  await archiveAll(nats.url, folder);
  await expectWhole(600);
  const paths = [...manifest().files.keys()];
  expect(paths.map((path) => path.split('/').slice(0, 3).join('/')).sort()).toEqual([
    'ticks/date=2026-08-04/segment=BSE_EQ',
    'ticks/date=2026-08-04/segment=NSE_FO',
    'ticks/date=2026-08-04/segment=NSE_INDEX',
    'ticks/date=2026-08-05/segment=BSE_EQ',
    'ticks/date=2026-08-05/segment=NSE_FO',
    'ticks/date=2026-08-05/segment=NSE_INDEX',
  ]);
  const types = await query(folder, paths, 'DESCRIBE SELECT * FROM ticks');
  const typeOf = new Map(types.map(([name, type]) => [String(name), String(type)]));
  const doubles = [...typeOf].filter(([, type]) => type === 'DOUBLE').map(([name]) => name);
  expect(doubles).toEqual(['broker_iv', 'broker_delta', 'broker_theta', 'broker_gamma', 'broker_vega', 'broker_rho']);
  for (const name of ['last_price_paise', 'volume', 'market_time_ms', 'received_time_us', 'minute_open_paise']) {
    expect([name, typeOf.get(name)]).toEqual([name, 'BIGINT']);
  }
  expect(typeOf.get('bid_price_paise')).toBe('BIGINT[]');

  for (const n of [0, 1, 2, 4, 12, 599]) {
    const tick = tickNumber(n);
    const [row] = await query(
      folder,
      paths,
      `SELECT instrument_key, instrument_id, feed_epoch, seq, source, mode, market_time_ms, received_time_us, last_price_paise,
              last_qty, prev_close_paise, volume, oi, broker_theta, day_open_paise, minute_close_paise, bid_qty, bid_price_paise,
              ask_qty, ask_price_paise
       FROM ticks WHERE stream_seq = ${n + 1}`,
    );
    const plain = row?.map((value) =>
      Array.isArray(value) ? value.map(Number) : typeof value === 'bigint' ? Number(value) : value,
    );
    expect(plain).toEqual([
      tick.instrumentKey,
      tick.instrumentId,
      4,
      n,
      n < 3 ? 'FEED_SNAPSHOT' : 'FEED_LIVE',
      'FULL',
      tick.marketTimeMs,
      tick.receivedTimeUs,
      tick.lastPricePaise,
      n,
      9_999,
      tick.volume ?? null,
      tick.oi ?? null,
      tick.brokerGreeks?.theta ?? null,
      null,
      tick.minute?.closePaise ?? null,
      tick.depth.map(({ bidQty }) => bidQty),
      tick.depth.map(({ bidPricePaise }) => bidPricePaise),
      tick.depth.map(({ askQty }) => askQty),
      tick.depth.map(({ askPricePaise }) => askPricePaise),
    ]);
  }
});

it('commits by the clock and by the number of ticks, and acknowledges what it filed', async () => {
  const { archiver, bus: own } = await openArchiver(nats.url, folder, { everyMs: 100, maxRows: 50 });
  await archiver.start();
  await publishTicks(bus, 0, 120);
  await eventually(() => archiver.counts.rows === 120, { withinMs: 10_000, what: 'all ticks being filed' });
  expect(archiver.counts.batches).toBeGreaterThanOrEqual(3);
  const manager = await jetstreamManager(bus.nc);
  await eventually(
    async () => (await manager.consumers.info(STREAMS.ticks.name, 'archiver')).ack_floor.stream_seq === 120,
    {
      withinMs: 5_000,
      what: 'the acknowledgement',
    },
  );
  await archiver.stop();
  await own.close();
  await expectWhole(120);
});

describe('a death', () => {
  it.each(COMMIT_STEPS)('%s loses no tick and shows none twice', async (step) => {
    await publishTicks(bus, 0, 90);
    await dieAt(nats.url, folder, step, 60);
    await publishTicks(bus, 90, 150);
    await archiveAll(nats.url, folder);
    await expectWhole(150);
  });

  it('after death, at moments by chance, loses no tick and shows none twice', async () => {
    await withSeed(20260804, async (random) => {
      let ticks = 0;
      for (let round = 0; round < 6; round += 1) {
        const more = random.integer(20, 200);
        await publishTicks(bus, ticks, ticks + more);
        ticks += more;
        await dieAt(nats.url, folder, random.pick(COMMIT_STEPS), random.integer(1, 20));
      }
      await archiveAll(nats.url, folder, { maxRows: random.integer(1, 100) });
      await expectWhole(ticks);
    });
  });

  it('while a line of the manifest was being written is as if it had not been', async () => {
    await publishTicks(bus, 0, 30);
    await archiveAll(nats.url, folder);
    await publishTicks(bus, 30, 60);
    await dieAt(nats.url, folder, 'after-rename', 30);
    appendFileSync(join(folder, MANIFEST_NAME), '{"kind":"batch","at":"2026');
    await archiveAll(nats.url, folder);
    await expectWhole(60);
  });
});

describe('the stream', () => {
  it('that dropped ticks before they were read leaves a hole that is written down', async () => {
    await publishTicks(bus, 0, 40);
    await archiveAll(nats.url, folder);
    await publishTicks(bus, 40, 100);
    const manager = await jetstreamManager(bus.nc);
    await manager.streams.purge(STREAMS.ticks.name, { seq: 71 });
    const archiver = await archiveAll(nats.url, folder);
    expect(archiver.counts.missing).toBe(30);
    expect(manifest().missing).toBe(30);
    const last = readFileSync(join(folder, MANIFEST_NAME), 'utf8').trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ holes: [{ from: 41, to: 70 }], lastSeq: 100 });
    const [row] = await query(
      folder,
      manifest().files.keys(),
      'SELECT count(*), count(DISTINCT stream_seq) FROM ticks',
    );
    expect(row?.map(Number)).toEqual([70, 70]);
  });

  it('that was made anew is read from its beginning beside the old one', async () => {
    await publishTicks(bus, 0, 40);
    await archiveAll(nats.url, folder);
    await freshStream(bus);
    await publishTicks(bus, 0, 10);
    await archiveAll(nats.url, folder);
    const { files } = manifest();
    expect(new Set([...files.values()].map(({ stream }) => stream)).size).toBe(2);
    const [row] = await query(folder, files.keys(), 'SELECT count(*) FROM ticks');
    expect(Number(row?.[0])).toBe(50);
  });

  it('that lost its end gives the same sequences to other ticks, and those are filed too', async () => {
    await publishTicks(bus, 0, 40);
    await archiveAll(nats.url, folder);
    const path = join(folder, MANIFEST_NAME);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"lastSeq":40', '"lastSeq":55'));
    await archiveAll(nats.url, folder);
    await publishTicks(bus, 40, 60);
    await archiveAll(nats.url, folder);
    const [row] = await query(
      folder,
      manifest().files.keys(),
      'SELECT count(*), count(DISTINCT stream_seq) FROM ticks',
    );
    expect(row?.map(Number)).toEqual([60, 60]);
  });

  it('may carry what is no tick: it is passed over and counted', async () => {
    await publishTicks(bus, 0, 5);
    bus.nc.publish('md.v1.tick.NSE_FO.1', new Uint8Array([0xff, 0xff, 0xff]));
    bus.nc.publish('md.v1.tick.NSE_FO.2', new Uint8Array());
    await publishTicks(bus, 5, 10).catch(() => undefined);
    const archiver = await archiveAll(nats.url, folder);
    expect(archiver.counts).toMatchObject({ unreadable: 2, missing: 0 });
    expect(manifest().lastSeq).toBe(12);
  });

  it('that goes away while it is read ends the process', async () => {
    let defect: Error | undefined;
    const { archiver, bus: own } = await openArchiver(nats.url, folder, {
      everyMs: 100,
      onDefect: (error) => (defect = error),
    });
    await archiver.start();
    await publishTicks(bus, 0, 10);
    await eventually(() => archiver.counts.rows === 10, { withinMs: 5_000 });
    await freshStream(bus);
    await eventually(() => defect, { withinMs: 15_000, what: 'the archiver noticing' });
    void archiver.abandon();
    await own.nc.close();
  });
});

describe('the folder', () => {
  it('is not shared by two', async () => {
    await publishTicks(bus, 0, 10);
    const { archiver, bus: own } = await openArchiver(nats.url, folder, { maxRows: 5, onDefect: () => undefined });
    appendFileSync(join(folder, MANIFEST_NAME), '{"kind":"checkpoint"}\n');
    await archiver.start();
    await eventually(() => archiver.problem()?.includes('two archivers'), { withinMs: 5_000 });
    void archiver.abandon();
    await own.nc.close();
  });

  it('that cannot be written to holds everything back until it can', async () => {
    const blocked = join(folder, 'ticks', 'date=2026-08-05');
    const { archiver, bus: own } = await openArchiver(nats.url, folder, { maxRows: 9 });
    await archiver.start();
    writeFileSync(blocked, '');
    await publishTicks(bus, 0, 9);
    await eventually(() => archiver.problem(), { withinMs: 5_000, what: 'the problem being told' });
    expect(manifest().files.size).toBe(0);
    expect(filesOnDisk().filter((path) => path.endsWith('.parquet'))).toEqual([]);
    rmSync(blocked);
    await eventually(() => archiver.counts.rows === 9, { withinMs: 15_000, what: 'the ticks being filed' });
    await eventually(() => archiver.problem() === undefined, { withinMs: 5_000, what: 'the problem being over' });
    await archiver.stop();
    await own.close();
    await expectWhole(9);
  }, 30_000);

  it('with a manifest that is not ours is refused', () => {
    writeFileSync(join(folder, MANIFEST_NAME), 'hello\n');
    expect(() => ArchiveManifest.open(folder)).toThrow(ManifestError);
    writeFileSync(join(folder, MANIFEST_NAME), '{"kind":"file","path":"../../etc/passwd"}\n');
    expect(() => ArchiveManifest.open(folder)).toThrow(ManifestError);
  });
});

it('merges the files of a past date without a row more or less', async () => {
  const day = 86_400_000;
  expect(OPEN % day).toBeGreaterThan(0);
  for (let round = 0; round < 4; round += 1) {
    await publishTicks(bus, round * 30, round * 30 + 30);
    await archiveAll(nats.url, folder);
  }
  const before = manifest().files.size;
  const { archiver, bus: own } = await openArchiver(nats.url, folder, { everyMs: 50 });
  await archiver.start();
  const past = (): number => [...archiver.manifest.files.values()].filter(({ date }) => date === '2026-08-04').length;
  await eventually(() => past() === 3, { withinMs: 10_000, what: 'one file a segment' });
  await archiver.stop();
  await own.close();
  expect(manifest().files.size).toBeLessThan(before);
  await expectWhole(120);
  expect(existsSync(join(folder, `${MANIFEST_NAME}.new`))).toBe(false);
  await publishTicks(bus, 120, 130);
  await archiveAll(nats.url, folder);
  await expectWhole(130);
});
