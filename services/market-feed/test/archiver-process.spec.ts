import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@vega/platform';
import {
  eventually,
  projectRoot,
  startProcess,
  testNats,
  withSeed,
  type ManagedProcess,
  type OwnServer,
} from '@vega/testkit';
import { ArchiveManifest, MANIFEST_NAME } from '../src/archiver/archive-manifest.ts';
import { freshStream, openBus, publishTicks, query } from './archive-fixture.ts';
import { build } from './simulator.ts';

let nats: OwnServer;
let bus: Bus;
let folder: string;

beforeAll(async () => {
  await build(projectRoot(), 'services/market-feed');
  nats = await testNats();
  bus = await openBus(nats.url);
  await freshStream(bus);
  folder = mkdtempSync(join(tmpdir(), 'vega-archive-'));
}, 300_000);

afterAll(async () => {
  await bus.close();
  await nats.close();
  rmSync(folder, { recursive: true, force: true });
});

function launch(): Promise<ManagedProcess> {
  return startProcess({
    name: 'market-feed-archiver',
    command: process.execPath,
    args: [join(projectRoot(), 'services/market-feed/dist/archiver/main.js')],
    logFile: join(folder, 'archiver.log'),
    env: {
      PATH: process.env['PATH'],
      VEGA_NATS_URL: nats.url,
      VEGA_ARCHIVE_DIR: join(folder, 'archive'),
      VEGA_ARCHIVE_EVERY_MS: '100',
      VEGA_ARCHIVE_MAX_ROWS: '400',
    },
  });
}

const batches = (): number => (existsSync(join(folder, 'archive', MANIFEST_NAME)) ? manifest().batch : 0);
const manifest = (): ArchiveManifest => ArchiveManifest.read(join(folder, 'archive'));

it('killed again and again, the archiver files every tick once; asked to stop, it files what it holds', async () => {
  await withSeed(20260806, async (random) => {
    let ticks = 0;
    for (let round = 0; round < 4; round += 1) {
      const before = batches();
      const archiver = await launch();
      const more = random.integer(800, 2_500);
      await publishTicks(bus, ticks, ticks + more);
      ticks += more;
      await eventually(() => batches() > before || archiver.end(), { withinMs: 30_000, what: 'a commit' });
      expect(archiver.end()).toBeUndefined();
      archiver.kill('SIGKILL');
      expect((await archiver.ended).signal).toBe('SIGKILL');
    }
    const last = await launch();
    await publishTicks(bus, ticks, ticks + 50);
    ticks += 50;
    await eventually(() => manifest().lastSeq >= ticks - 50, { withinMs: 30_000, what: 'the archive catching up' });
    expect(await last.stop()).toEqual({ code: 0, signal: null });
    const { files, lastSeq, missing } = manifest();
    const [row] = await query(
      join(folder, 'archive'),
      files.keys(),
      'SELECT count(*), count(DISTINCT stream_seq) FROM ticks',
    );
    expect([row?.map(Number), lastSeq, missing]).toEqual([[ticks, ticks], ticks, 0]);
    expect(readFileSync(last.logFile, 'utf8')).toContain('market-feed-archiver is ready');
  });
}, 120_000);
