import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { subjects, Tick } from '@vega/contracts';
import { instrumentKey, systemClock } from '@vega/kernel';
import { eventually, testNats, type OwnServer } from '@vega/testkit';
import { pino } from 'pino';
import { LiveMarket } from '../src/market/live/live-market.ts';
import { ATM_CALL, FixtureMarket } from './fixture-market.ts';

const SOON = { withinMs: 15_000, everyMs: 20 };

describe('a market that mirrors the platform', () => {
  let server: OwnServer;
  let folder: string;
  let nc: NatsConnection;
  let market: LiveMarket;
  beforeAll(async () => {
    server = await testNats();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'live-market-'));
    const master = join(folder, 'master.json');
    writeFileSync(master, JSON.stringify(new FixtureMarket().instruments()));
    const natsUrl = server.url;
    nc = await connect({ servers: natsUrl });
    market = await LiveMarket.create({ clock: systemClock, natsUrl, master, log: pino({ level: 'silent' }) });
    market.start();
  });
  afterEach(async () => {
    await market.stop();
    await nc.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tick = (change: Partial<Tick>): Tick => ({
    ...Tick.create({}),
    instrumentKey: ATM_CALL,
    feedEpoch: 5,
    seq: 1,
    marketTimeMs: Date.now(),
    lastPricePaise: 13_225,
    prevClosePaise: 13_000,
    depth: [{ bidQty: 65, bidPricePaise: 13_220, askQty: 130, askPricePaise: 13_230 }],
    volume: 650,
    ...change,
  });
  const publish = (message: Tick): void => {
    nc.publish(subjects.tick(instrumentKey(message.instrumentKey)), Tick.encode(message).finish());
  };
  const price = (): number | undefined => market.quote(ATM_CALL)?.ltp;

  it('shows what market-feed publishes, and steps', async () => {
    const steps: string[] = [];
    market.onStep((step) => steps.push(...step.changed.map((quote) => quote.key)));
    publish(tick({}));
    await eventually(() => steps.includes(ATM_CALL), { ...SOON, what: 'a step with the instrument' });
    expect(market.quote(ATM_CALL)).toMatchObject({
      ltp: 132.25,
      cp: 130,
      vtt: 650,
      depth: [{ bidQ: 65, bidP: 132.2, askQ: 130, askP: 132.3 }],
    });
    expect(market.instruments().some((row) => row.instrument_key === ATM_CALL)).toBe(true);
  });

  it('drops what is older than what it knows and keeps what a mode leaves out', async () => {
    publish(tick({ seq: 3, lastPricePaise: 13_300 }));
    publish(tick({ seq: 2, lastPricePaise: 13_000 }));
    publish(tick({ feedEpoch: 4, seq: 9, lastPricePaise: 12_000 }));
    publish(tick({ feedEpoch: 6, seq: 1, lastPricePaise: 13_400, depth: [], volume: undefined }));
    await eventually(() => price() === 134, { ...SOON, what: 'the newest tick' });
    expect(market.quote(ATM_CALL)).toMatchObject({ depth: [], vtt: 650 });
    expect(market.progress()).toMatchObject({ stale: 2, ticks: 2 });
  });
});
