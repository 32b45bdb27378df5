// 5,000 instruments in full mode over three connections at 31,000 entries a second, five times what was measured live:
// does the whole stack (simulator, feed, NATS with its stream, Redis, archiver, all on this machine) keep up?
import { marketFeedRpc, TickMode, type GetFeedStatusResponse } from '@vega/contracts';
import { createLogger, createMetrics, connectBus, createRpcClient } from '@vega/platform';
import { startTestStack } from '../../e2e/stack-harness.ts';
import type { BenchResult } from '../measure.ts';

const INSTRUMENTS = 5_000;
const ENTRIES_PER_SECOND = 31_000;
const SECONDS = 20;

interface Totals {
  sent: number;
  taken: number;
  atMs: number;
}

/** Starts a stack of its own and measures it under load. */
export async function benchLoad(): Promise<BenchResult> {
  const stack = await startTestStack({
    environment: {
      VEGA_SIM_LIMITS: 'plus',
      VEGA_UPSTOX_PLAN: 'plus',
      VEGA_SIM_LOAD_PER_SECOND: String(ENTRIES_PER_SECOND),
      VEGA_SIM_LOAD_INSTRUMENTS: String(INSTRUMENTS),
      VEGA_FEED_UNDERLYINGS: 'NIFTY',
    },
  });
  const { addresses } = stack;
  const logger = createLogger({ service: 'bench', replica: 'bench', level: 'silent' });
  const bus = await connectBus({ url: addresses.nats, name: 'bench', logger, onFatal: () => undefined });
  const rpc = createRpcClient(bus, createMetrics('bench'));
  const get = async (path: string): Promise<unknown> => (await fetch(`${addresses.upstoxSim}${path}`)).json();
  const { keys } = (await get('/sim/load')) as { keys: string[] };
  const interests = keys.slice(0, INSTRUMENTS).map((instrumentKey) => ({ instrumentKey, mode: TickMode.FULL }));
  const renew = (): Promise<unknown> => rpc.call(marketFeedRpc.renewInterest, { holder: 'bench', interests });
  const lease = setInterval(() => void renew().catch(() => undefined), 10_000);
  const feedStatus = (): Promise<GetFeedStatusResponse> => rpc.call(marketFeedRpc.getFeedStatus, {});
  const totals = async (): Promise<Totals> => {
    const [sim, feed] = await Promise.all([get('/sim/status'), feedStatus()]);
    const { entries_sent: sent } = (sim as { feed: { entries_sent: number } }).feed;
    const health = feed.health;
    return {
      sent,
      taken: (health?.ticksPublished ?? 0) + (health?.duplicatesDropped ?? 0),
      atMs: performance.now(),
    };
  };
  try {
    await renew();
    const until = performance.now() + 60_000;
    for (;;) {
      const status = await feedStatus();
      if ((status.health?.subscribed ?? 0) >= INSTRUMENTS) break;
      if (performance.now() > until) throw new Error(`only ${status.health?.subscribed} instruments are subscribed`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const before = await totals();
    const backlogs: number[] = [];
    for (let second = 0; second < SECONDS; second += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const now = await totals();
      backlogs.push(now.sent - before.sent - (now.taken - before.taken));
    }
    const after = await totals();
    const health = (await feedStatus()).health;
    const seconds = (after.atMs - before.atMs) / 1000;
    const sentRate = (after.sent - before.sent) / seconds;
    const takenRate = (after.taken - before.taken) / seconds;
    const carrying = health?.connections.filter((one) => (one.keysByMode['full'] ?? 0) > 0).length ?? 0;
    const worst = Math.max(...backlogs);
    return {
      name: 'feed-load',
      figures: {
        instruments: health?.subscribed ?? 0,
        connectionsCarrying: carrying,
        sentPerSecond: Math.round(sentRate),
        takenPerSecond: Math.round(takenRate),
        worstBacklogEntries: worst,
        gaps: health?.gaps ?? -1,
        state: health?.state ?? 0,
      },
      ratio: Number((takenRate / sentRate).toFixed(3)),
      aim: `>= 0.99 of what is sent, at ${ENTRIES_PER_SECOND}/s or more, backlog under one second`,
      holds: takenRate / sentRate >= 0.99 && sentRate >= ENTRIES_PER_SECOND * 0.98 && worst < ENTRIES_PER_SECOND,
    };
  } finally {
    clearInterval(lease);
    await bus.close();
    await stack.close();
  }
}
