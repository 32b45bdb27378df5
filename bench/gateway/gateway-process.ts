import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePorts, projectRoot } from '@vega/testkit';
import { stopped } from './children.ts';

/** The built gateway in a process of its own. */
export interface GatewayProcess {
  readonly http: string;
  readonly stream: string;
  /** Seconds of processor that it has used so far. */
  cpuSeconds(): Promise<number>;
  /** Mebibytes that it holds. */
  memoryMib(): Promise<number>;
  /** The sum of a metric's series. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/** Starts it with its limits out of the way but in force; VEGA_BENCH_CPU_PROF names a folder for a profile of it. */
export async function startGatewayProcess(natsUrl: string, redisUrl: string): Promise<GatewayProcess> {
  const [http = 0, grpc = 0, ops = 0] = await freePorts(3);
  const folder = process.env['VEGA_BENCH_CPU_PROF'];
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  const child = spawn(process.execPath, [...profile, join(projectRoot(), 'services/gateway/dist/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      VEGA_NATS_URL: natsUrl,
      VEGA_REDIS_URL: redisUrl,
      VEGA_UPSTOX_ENV: 'simulator',
      VEGA_HTTP_PORT: String(http),
      VEGA_GRPC_PORT: String(grpc),
      VEGA_OPS_PORT: String(ops),
      VEGA_LOG_LEVEL: 'warn',
      VEGA_RATE_LIMIT_PER_MINUTE: '10000000',
    },
  });
  const opsUrl = `http://127.0.0.1:${ops}`;
  const until = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(`${opsUrl}/health/ready`))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error('the gateway did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${opsUrl}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    if (lines.length === 0) throw new Error(`the gateway has no metric ${name}`);
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  return {
    http: `http://127.0.0.1:${http}`,
    stream: `ws://127.0.0.1:${http}/stream`,
    cpuSeconds: () => metric('process_cpu_seconds_total'),
    memoryMib: async () => (await metric('process_resident_memory_bytes')) / 1024 / 1024,
    metric,
    stop: () => stopped(child),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
