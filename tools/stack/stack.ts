/** Brings the whole stack up in order, watches it, and takes it down in reverse. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeEnd,
  freePort,
  projectRoot,
  startProcess,
  startTrio,
  stateFolder,
  stopLeftover,
  withoutSecret,
} from '@vega/testkit';
import type { ManagedProcess, ServerName, Trio } from '@vega/testkit';
import { buildRooms, errorLines } from './build.ts';
import { prepareBus } from './bus.ts';
import type { StackBus } from './bus.ts';
import { dataFolderOf } from './options.ts';
import type { StartOptions } from './options.ts';
import { authSecrets } from './demo.ts';
import { planPorts } from './ports.ts';
import type { StackParts } from './parts.ts';
import type { Progress } from './progress.ts';
import type { RunFile } from './run-file.ts';
import { SERVER_PORTS, SERVICES } from './services.ts';
import type { ServiceEntry, StackContext } from './services.ts';

/** The stack did not come up, or did not stay up; the message is one sentence that names the log. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** A stack of which every part is ready. */
export interface RunningStack {
  readonly run: RunFile;
  /** What runs where, for the user's table. */
  readonly table: readonly (readonly [name: string, address: string, detail: string])[];
  /** Resolves with one sentence when a part of it ends without being asked to. */
  readonly failed: Promise<string>;
}

/** Starts everything. What is started is added to `parts` at once. Throws {@link StackError} or another Error of one sentence. */
export async function startStack(options: StartOptions, parts: StackParts, progress: Progress): Promise<RunningStack> {
  const root = projectRoot();
  const services = SERVICES.filter((entry) => existsSync(join(root, entry.folder, 'src', `${entry.program}.ts`)));
  await stopLeftovers(join(options.state, 'pids'));
  const dataFolder = dataFolderOf(options);
  if (options.replayFile !== undefined) rmSync(dataFolder, { recursive: true, force: true });

  const given = givenAddresses();
  const wantedServers = Object.fromEntries(Object.entries(SERVER_PORTS).filter(([name]) => !(name in given)));
  const wanted = Object.assign({}, ...services.map((entry) => entry.ports), wantedServers) as Record<string, number>;
  const { ports, notes } = await planPorts(wanted, options.ports);
  for (const note of notes) progress.note(note);

  const bus = prepareBus(options.state);

  // The build and the servers do not need each other; a failure of one still waits for the other, so that nothing is left behind.
  const [built, started] = await Promise.allSettled([
    build(root, services, options, parts, progress),
    startServers(options, dataFolder, given, ports, bus, parts, progress),
  ]);
  if (built.status === 'rejected') throw built.reason;
  if (started.status === 'rejected') throw started.reason;
  const trio = started.value;

  const faultPort = options.withFaults ? await freePort() : undefined;
  const context: StackContext = {
    nats: trio.nats.url,
    postgres: trio.postgres.url,
    redis: trio.redis.url,
    bus,
    auth: authSecrets(dataFolder),
    ports,
    dataFolder,
    options: { ...options, faultPort },
  };
  await provision(root, context, options, parts, progress);
  await migrate(root, services, context, options, parts, progress);
  await startServices(root, services, context, options, parts, progress);
  const failed = Promise.race(
    parts.processes.map(async (part) => {
      const end = await part.ended;
      return `${part.name} ended unexpectedly (${describeEnd(end)}); its log is ${part.logFile}`;
    }),
  );
  return { run: describeRun(services, context, parts), table: tableOf(services, trio, ports), failed };
}

function givenAddresses(): Partial<Record<ServerName, string>> {
  const names: readonly ServerName[] = ['postgres', 'nats', 'redis'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const url = process.env[`VEGA_${name.toUpperCase()}_URL`];
      return url === undefined || url === '' ? [] : [[name, url]];
    }),
  );
}

/** A launcher that was killed leaves its processes to the watchdog; those it did not reach are stopped here. */
async function stopLeftovers(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) await stopLeftover(join(folder, file));
}

async function build(
  root: string,
  services: readonly ServiceEntry[],
  options: StartOptions,
  parts: StackParts,
  progress: Progress,
): Promise<void> {
  if (services.length === 0) return;
  const logFile = join(options.state, 'logs/build.log');
  const result = await progress.step('building', () => buildRooms(root, logFile, parts.stopSignal));
  if (result.code === 0) return;
  refuseWhenStopping(parts);
  for (const line of errorLines(logFile)) progress.note(`  ${line}`);
  throw new StackError(`The build failed; its log is ${logFile}`);
}

async function startServers(
  options: StartOptions,
  dataFolder: string,
  addresses: Partial<Record<ServerName, string>>,
  ports: Readonly<Record<string, number>>,
  bus: StackBus,
  parts: StackParts,
  progress: Progress,
): Promise<Trio> {
  const trio = await startTrio({
    folder: options.state,
    dataFolder,
    programFolder: join(stateFolder(), 'servers'),
    addresses,
    ports,
    durable: true,
    ...(bus.natsUsers === undefined ? {} : { natsUsers: bus.natsUsers }),
    onProgress: progress.note,
  });
  parts.setTrio(trio);
  return trio;
}

/** Makes the streams and consumers, which no service may make. */
async function provision(
  root: string,
  context: StackContext,
  options: StartOptions,
  parts: StackParts,
  progress: Progress,
): Promise<void> {
  refuseWhenStopping(parts);
  const run = await startProcess({
    name: 'the provisioning of the bus',
    command: process.execPath,
    args: ['--enable-source-maps', join(root, 'libs/platform/dist/provision-bus.js')],
    cwd: root,
    env: { ...process.env, VEGA_NATS_URL: context.nats, ...context.bus.provisioner },
    logFile: join(options.state, 'logs/bus-provision.log'),
    pidFile: join(options.state, 'pids/bus-provision.json'),
  });
  parts.addJob(run);
  const end = await progress.step('provisioning the bus', () => run.ended);
  refuseWhenStopping(parts);
  if (end.code !== 0) throw new StackError(`The provisioning of the bus failed; its log is ${run.logFile}`);
}

async function migrate(
  root: string,
  services: readonly ServiceEntry[],
  context: StackContext,
  options: StartOptions,
  parts: StackParts,
  progress: Progress,
): Promise<void> {
  for (const entry of services) {
    if (entry.migration === undefined || !existsSync(join(root, entry.folder, 'src', `${entry.migration}.ts`)))
      continue;
    refuseWhenStopping(parts);
    const run = await startProcess({
      ...planOf(root, entry, entry.migration, `${entry.name}-migration`, context, options),
      name: `the migration of ${entry.name}`,
    });
    parts.addJob(run);
    const end = await progress.step(`migrating the database of ${entry.name}`, () => run.ended);
    refuseWhenStopping(parts);
    if (end.code !== 0) throw new StackError(`The migration of ${entry.name} failed; its log is ${run.logFile}`);
  }
}

function planOf(
  root: string,
  entry: ServiceEntry,
  program: string,
  name: string,
  context: StackContext,
  options: StartOptions,
): Parameters<typeof startProcess>[0] {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(root, entry.folder, 'dist', `${program}.js`)],
    cwd: root,
    env: {
      ...process.env,
      VEGA_REPLICA: name,
      ...context.bus.environmentOf(entry.name),
      ...entry.environment(context),
    },
    logFile: join(options.state, 'logs', `${name}.log`),
    pidFile: join(options.state, 'pids', `${name}.json`),
    graceMs: 20_000,
  };
}

const READY_WITHIN_MS = 90_000;

async function startServices(
  root: string,
  services: readonly ServiceEntry[],
  context: StackContext,
  options: StartOptions,
  parts: StackParts,
  progress: Progress,
): Promise<void> {
  const ready = new Map<string, Promise<void>>();
  for (const entry of services) {
    const needed = entry.needs.map((name) => ready.get(name) ?? Promise.resolve());
    ready.set(
      entry.name,
      (async () => {
        await Promise.all(needed);
        refuseWhenStopping(parts);
        const service = await startProcess(planOf(root, entry, entry.program, entry.name, context, options));
        parts.addService(service);
        await progress.step(`starting ${entry.name}`, () => untilAnswers(service, entry.readyUrl(context.ports)));
      })(),
    );
  }
  const results = await Promise.allSettled(ready.values());
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function refuseWhenStopping(parts: StackParts): void {
  if (parts.stopSignal.aborted) throw new StackError('The start was interrupted.');
}

async function untilAnswers(service: ManagedProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let seen = 'no answer';
  while (performance.now() < deadline) {
    const end = service.end();
    if (end !== undefined) {
      throw new StackError(`${service.name} ended while starting (${describeEnd(end)}); its log is ${service.logFile}`);
    }
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      const body = await answer.text();
      if (answer.status === 200) return;
      seen = `${answer.status} ${body.slice(0, 200)}`;
    } catch {
      seen = 'no answer';
    }
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new StackError(
    `${service.name} was not ready within ${READY_WITHIN_MS / 1000} s (${seen}); its log is ${service.logFile}`,
  );
}

function describeRun(services: readonly ServiceEntry[], context: StackContext, parts: StackParts): RunFile {
  const { nats, postgres, redis, ports, options } = context;
  const addresses = services.flatMap((entry) => [
    ...(entry.address === undefined ? [] : [entry.address]),
    ...(entry.alsoAt ?? []),
  ]);
  const names = new Map([
    ['PostgreSQL', 'postgres'],
    ['nats-server', 'nats'],
    ['Redis', 'redis'],
  ]);
  return {
    ...Object.fromEntries(addresses.map(({ key, url }) => [key, url(ports)])),
    nats,
    bus: context.bus.folder,
    demo: context.auth.demo,
    postgres,
    redis,
    ...(options.faultPort === undefined ? {} : { faults: `http://127.0.0.1:${options.faultPort}` }),
    ops: Object.fromEntries(services.map((entry) => [entry.name, new URL(entry.readyUrl(ports)).origin])),
    pids: {
      start: process.pid,
      ...Object.fromEntries(parts.processes.map((part) => [names.get(part.name) ?? part.name, part.pid])),
    },
  };
}

function tableOf(
  services: readonly ServiceEntry[],
  trio: Trio,
  ports: Readonly<Record<string, number>>,
): RunningStack['table'] {
  return [
    ...services.toReversed().map((entry): [string, string, string] => {
      const ops = new URL(entry.readyUrl(ports)).origin;
      const address = entry.address?.url(ports);
      return [entry.name, address ?? '', address === ops ? '' : `health and metrics ${ops}`];
    }),
    ['NATS', withoutSecret(trio.nats.url), trio.nats.description],
    ['PostgreSQL', withoutSecret(trio.postgres.url), trio.postgres.description],
    ['Redis', withoutSecret(trio.redis.url), trio.redis.description],
  ];
}
