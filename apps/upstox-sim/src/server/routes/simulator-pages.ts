import { istDateOf, toIstIso } from '@vega/kernel';
import { RawReply } from '../envelope.ts';
import { homePage } from '../pages.ts';
import type { Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

/** The simulator's own pages: what it is, how it does, whether it lives. */
export function simulatorPageRoutes(context: SimContext): Route[] {
  const own = (path: string, handle: () => unknown): Route => ({
    method: 'GET',
    path,
    accepts: 'anyone',
    broker: false,
    handle,
  });
  return [
    own('/', () => html(homePage(factsOf(context)))),
    own('/sim/status', () => statusOf(context)),
    own('/sim/load', () => ({ keys: context.market.loadKeys?.() ?? [] })),
    own('/health/live', () => ({ status: 'ok' })),
    own('/health/ready', () => (context.isReady() ? { status: 'ok' } : json(503, { status: 'not ready' }))),
  ];
}

function statusOf(context: SimContext): Record<string, unknown> {
  const { market, config } = context;
  const now = market.now();
  const feed = context.hub.status();
  const segments = [...market.segmentStatus()].map(([segment, state]) => [segment, state.status]);
  return {
    market: {
      kind: market.kind,
      time: now,
      time_ist: toIstIso(now),
      date: istDateOf(now),
      session: Object.fromEntries(segments) as unknown,
      instruments: context.catalog.rows().length,
      progress: market.progress(),
    },
    seed: config.seed,
    speed: config.speed,
    clock: config.sessionClock,
    plan: config.plan,
    uptime_ms: Math.round(context.clock.monotonicMs() - context.startedAtMs),
    tokens: context.tokens.census(),
    requests: context.census.summary(),
    feed: {
      connections: feed.connections,
      subscribed_keys: feed.subscribedKeys,
      entries_sent: feed.totals.entries,
      totals: feed.totals,
    },
    trading: {
      ...context.hall.progress(),
      portfolio_stream: context.portfolio.status(),
      postbacks: context.postbacks.status(),
    },
    faults: context.faults.list(),
  };
}

function factsOf(context: SimContext): (readonly [string, string])[] {
  const { market } = context;
  return [
    ['Market', market.kind],
    ['Market time', toIstIso(market.now())],
    ['Session', [...market.segmentStatus()].map(([segment, { status }]) => `${segment} ${status}`).join(', ')],
    ['Instruments', String(context.catalog.rows().length)],
  ];
}

function html(body: string): RawReply {
  return new RawReply(200, body, { 'content-type': 'text/html; charset=utf-8' });
}

function json(status: number, body: unknown): RawReply {
  return new RawReply(status, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8' });
}
