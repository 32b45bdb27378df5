/** Finds out how a running stack fares, through the same doors as its operators: health, metrics, the gateway, NATS. */
import { statfs } from 'node:fs/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { STREAMS } from '@vega/contracts';
import { asUser } from '../bus/bus-keys.ts';
import type { DemoUser } from '../stack/demo.ts';
import type { RunFile } from '../stack/run-file.ts';
import type { ArchiveFacts, FeedFacts, ServiceFacts, StackFacts, StreamFacts } from './facts.ts';

/** Whoever does not answer within this time is taken for silent, milliseconds. */
const ANSWER_WITHIN_MS = 5_000;

/** Examines a stack. Never rejects for what is wrong with the stack: that is in the facts. */
export async function examine(run: RunFile, stateFolder: string): Promise<StackFacts> {
  const [services, feed, streams, archive, disk] = await Promise.all([
    Promise.all(Object.entries(run.ops).map(([name, address]) => examineService(name, address, run))),
    examineFeed(run),
    examineStreams(run),
    examineArchive(run.ops['market-feed-archiver']),
    statfs(stateFolder),
  ]);
  const sizes = { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize };
  return { atMs: Date.now(), services, feed, streams, archive, disk: sizes };
}

async function examineService(name: string, address: string, run: RunFile): Promise<ServiceFacts> {
  // The simulator stands for the broker: it has a status and no checks.
  const isSimulator = address === run.upstoxSim;
  try {
    const answer = await get(`${address}${isSimulator ? '/sim/status' : '/health/ready'}`);
    if (isSimulator) return { name, address, silent: undefined, ready: answer.status === 200, checks: {} };
    const { ready, checks } = answer.json as { ready: boolean; checks: Record<string, string> };
    return { name, address, silent: undefined, ready, checks };
  } catch (error) {
    return { name, address, silent: reasonOf(error), ready: false, checks: {} };
  }
}

async function examineFeed({ gateway, demo }: RunFile): Promise<FeedFacts | string> {
  if (gateway === undefined) return 'the stack has no gateway to ask';
  try {
    const token = demo === undefined ? undefined : await signIn(gateway, demo);
    const { status, json } = await get(`${gateway}/api/v1/market/market-feed/status`, token);
    if (status === 200) return json as FeedFacts;
    const { detail, title } = json as { detail?: string; title?: string };
    return `the gateway cannot tell: ${detail ?? title ?? `HTTP ${status}`}`;
  } catch (error) {
    return `the gateway does not answer (${reasonOf(error)})`;
  }
}

async function examineStreams(run: RunFile): Promise<readonly StreamFacts[] | string> {
  try {
    const nc = await connect({
      servers: run.nats,
      name: 'doctor',
      timeout: ANSWER_WITHIN_MS,
      reconnect: false,
      ...asUser(run.bus, 'operator'),
    });
    try {
      const manager = await jetstreamManager(nc, { timeout: ANSWER_WITHIN_MS });
      const found: StreamFacts[] = [];
      for (const { name } of Object.values(STREAMS)) found.push(...(await examineStream(manager, name)));
      return found;
    } finally {
      await nc.close();
    }
  } catch (error) {
    return `NATS does not answer (${reasonOf(error)})`;
  }
}

async function examineStream(manager: JetStreamManager, name: string): Promise<StreamFacts[]> {
  const names = await manager.streams.names().next();
  if (!names.includes(name)) return [];
  const { state, config } = await manager.streams.info(name);
  const consumers: { name: string; pending: number; unacknowledged: number }[] = [];
  for await (const one of manager.consumers.list(name)) {
    consumers.push({ name: one.name, pending: one.num_pending, unacknowledged: one.num_ack_pending });
  }
  return [{ name, messages: state.messages, bytes: state.bytes, maxBytes: config.max_bytes, consumers }];
}

async function examineArchive(address: string | undefined): Promise<ArchiveFacts | undefined> {
  if (address === undefined) return undefined;
  try {
    const answer = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const figures = readFigures(await answer.text());
    const commitAgeSeconds = figures.get('vega_archive_commit_age_seconds');
    if (commitAgeSeconds === undefined) return undefined;
    const of = (name: string): number => figures.get(`vega_archive_${name}`) ?? 0;
    return {
      commitAgeSeconds,
      pending: of('pending'),
      files: of('files'),
      missing: of('missing'),
      failures: of('failures'),
    };
  } catch {
    return undefined;
  }
}

/** The last sample of each metric of a Prometheus text, whatever its labels. */
function readFigures(text: string): Map<string, number> {
  const samples = text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{[^\n]*\})? (\S+)/gm);
  return new Map([...samples].map(([, name = '', value]) => [name, Number(value)]));
}

/** An access token of the demo user. */
async function signIn(gateway: string, demo: DemoUser): Promise<string | undefined> {
  const answer = await fetch(`${gateway}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...demo, refresh_token_in: 'body' }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  return ((await answer.json()) as { access_token?: string }).access_token;
}

async function get(url: string, token?: string): Promise<{ status: number; json: unknown }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  return { status: answer.status, json: await answer.json() };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${ANSWER_WITHIN_MS / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return code === 'ECONNREFUSED' ? 'connection refused' : (code ?? cause.message);
}
