// REST and GraphQL requests a second against bare Fastify routes that send the same bytes after the same hop.
import { alternate, median, type BenchResult } from '../measure.ts';
import { startChild, type Child } from './children.ts';
import type { GatewayProcess } from './gateway-process.ts';

const CONNECTIONS = 64;
const WARM_MS = 2_000;

/** How much is measured. */
export interface RequestsSize {
  readonly rounds: number;
  readonly roundMs: number;
}

interface LoadAnswer {
  requests: number;
  bad: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

interface Target {
  port: number;
  method: string;
  path: string;
  token: string;
  body?: string;
}

/** The fields of a watchlist row and its book's best prices. */
const QUERY = `query Q($symbol: String!) { quote(symbol: $symbol) {
  instrument { instrument_key trading_symbol } last_price change change_percent volume oi bid_price bid_qty ask_price ask_qty
  ohlc { open high low close } stale stale_reason feed_epoch seq exchange_time_ms } }`;

/** Measures both doors. */
export async function benchRequests(
  natsUrl: string,
  gateway: GatewayProcess,
  token: string,
  symbol: string,
  size: RequestsSize,
): Promise<BenchResult[]> {
  const path = `/api/v1/market/quote/${encodeURIComponent(symbol)}`;
  const body = JSON.stringify({ query: QUERY, variables: { symbol } });
  const gatewayPort = Number(new URL(gateway.http).port);
  const restPayload = await textOf(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const graphqlPayload = await textOf(`${gateway.http}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const bare = await startChild<{ port: number }>('../bare/http-route.ts', [
    natsUrl,
    symbol,
    restPayload,
    graphqlPayload,
  ]);
  const load = await startChild<object>('http-load.ts', [String(CONNECTIONS)]);
  const { port } = bare.ready;
  try {
    const still = await run(load, { port, method: 'GET', path: '/still', token }, WARM_MS);
    const rest = await compare(
      { name: 'gateway-rest', aim: 0.6, bytes: restPayload.length, stillPerSecond: perSecond(still) },
      { load, gateway, bare, size },
      { port: gatewayPort, method: 'GET', path, token },
      { port, method: 'GET', path: '/quote', token },
    );
    const graphql = await compare(
      { name: 'gateway-graphql', aim: 0.3, bytes: graphqlPayload.length, stillPerSecond: perSecond(still) },
      { load, gateway, bare, size },
      { port: gatewayPort, method: 'POST', path: '/graphql', token, body },
      { port, method: 'POST', path: '/graphql', token, body },
    );
    return [rest, graphql];
  } finally {
    await Promise.all([bare.stop(), load.stop()]);
  }
}

async function compare(
  about: { name: string; aim: number; bytes: number; stillPerSecond: number },
  { load, gateway, bare, size }: { load: Child; gateway: GatewayProcess; bare: Child; size: RequestsSize },
  ours: Target,
  theirs: Target,
): Promise<BenchResult> {
  await run(load, ours, WARM_MS);
  await run(load, theirs, WARM_MS);
  const cpu = { ours: [] as number[], bare: [] as number[] };
  const waits: number[] = [];
  const result = await alternate(
    size.rounds,
    async () => {
      const before = await gateway.cpuSeconds();
      const answer = await run(load, ours, size.roundMs);
      cpu.ours.push(((await gateway.cpuSeconds()) - before) / answer.requests);
      waits.push(answer.p99Ms);
      return perSecond(answer);
    },
    async () => {
      const before = await bare.ask<{ cpuSeconds: number }>({});
      const answer = await run(load, theirs, size.roundMs);
      const after = await bare.ask<{ cpuSeconds: number }>({});
      cpu.bare.push((after.cpuSeconds - before.cpuSeconds) / answer.requests);
      return perSecond(answer);
    },
  );
  const micros = (values: readonly number[]): number => Math.round(median(values) * 1e6);
  return {
    name: about.name,
    figures: {
      oursPerSecond: Math.round(median(result.ours)),
      barePerSecond: Math.round(median(result.bare)),
      bareWithoutHopPerSecond: Math.round(about.stillPerSecond),
      oursCpuMicros: micros(cpu.ours),
      bareCpuMicros: micros(cpu.bare),
      oursP99Ms: Number(median(waits).toFixed(1)),
      payloadBytes: about.bytes,
      connections: CONNECTIONS,
    },
    ratio: Number(result.ratio.toFixed(3)),
    aim: `>= ${about.aim}`,
    holds: result.ratio >= about.aim,
  };
}

async function run(load: Child, target: Target, ms: number): Promise<LoadAnswer> {
  const answer = await load.ask<LoadAnswer>({ ...target, ms });
  if (answer.bad > 0) throw new Error(`${answer.bad} of ${answer.requests} answers of ${target.path} were not 200`);
  return answer;
}

function perSecond({ requests, seconds }: LoadAnswer): number {
  return requests / seconds;
}

async function textOf(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
