import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { programFolder, testAddress } from '../test-servers.ts';
import { startProcess } from './managed-process.ts';
import type { ManagedProcess } from './managed-process.ts';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { probeNats, probePostgres, probeRedis } from './readiness.ts';
import { obtainProgram } from './server-programs.ts';
import { startServer, startTrio } from './trio.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(process.env['VEGA_TEST_FOLDER'] ?? '', 'servers-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sleeper = (name: string): Promise<ManagedProcess> =>
  startProcess({
    name,
    command: 'sleep',
    args: ['300'],
    logFile: join(folder, 'logs', `${name}.log`),
    pidFile: join(folder, 'pids', `${name}.json`),
  });

async function gone(identity: ProcessIdentity): Promise<void> {
  await eventually(() => !isRunning(identity), { withinMs: 8_000, what: `the end of process ${identity.pid}` });
}

describe('a managed process', () => {
  it('names itself in a pid file while it runs and reports how it ended', async () => {
    const child = await sleeper('one');
    const record = JSON.parse(readFileSync(join(folder, 'pids/one.json'), 'utf8')) as ProcessIdentity;
    expect(record).toMatchObject(identify(child.pid) ?? {});
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(existsSync(join(folder, 'pids/one.json'))).toBe(false);
  });

  it('is killed when it ignores the request to stop', async () => {
    const child = await startProcess({
      name: 'stubborn',
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'],
      logFile: join(folder, 'stubborn.log'),
      graceMs: 150,
    });
    await eventually(() => readFileSync(child.logFile, 'utf8').includes('ready'), { withinMs: 2_000 });
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is stopped first when an earlier launcher left it, but never another process that got its pid', async () => {
    const left = spawn('sleep', ['300'], { detached: true });
    const bystander = spawn('sleep', ['300'], { detached: true });
    const [leftover, other] = await eventually(
      () => {
        const found = [identify(left.pid ?? 0), identify(bystander.pid ?? 0)] as const;
        return found[0] !== undefined && found[1] !== undefined ? ([found[0], found[1]] as const) : undefined;
      },
      { withinMs: 2_000 },
    );
    mkdirSync(join(folder, 'pids'), { recursive: true });
    writeFileSync(join(folder, 'pids/one.json'), JSON.stringify(leftover));
    writeFileSync(join(folder, 'pids/two.json'), JSON.stringify({ ...other, startedAt: '1' }));
    const children = [await sleeper('one'), await sleeper('two')];
    try {
      expect(isRunning(leftover)).toBe(false);
      expect(isRunning(other)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
      for (const child of children) await child.stop();
    }
  });

  it('says in one sentence that a program cannot be run', async () => {
    const plan = { name: 'nothing', command: join(folder, 'absent'), args: [], logFile: join(folder, 'a.log') };
    await expect(startProcess(plan)).rejects.toThrow(/^nothing could not be run: .*ENOENT/);
  });
});

describe('a launcher that is killed', () => {
  it('takes its children with it, the watchdog too', async () => {
    const script = join(folder, 'launcher.mjs');
    const source = join(import.meta.dirname, 'managed-process.ts');
    writeFileSync(
      script,
      `import { startProcess } from ${JSON.stringify(source)};
       const pids = [];
       for (const name of ['a', 'b']) {
         const child = await startProcess({ name, command: 'sleep', args: ['300'], logFile: ${JSON.stringify(folder)} + '/' + name + '.log' });
         pids.push(child.pid);
       }
       console.log(JSON.stringify(pids));
       setInterval(() => undefined, 1000);`,
    );
    const launcher = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    launcher.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    const pids = JSON.parse(
      await eventually(() => (printed.includes(']') ? printed : undefined), { withinMs: 10_000 }),
    ) as number[];
    const children = pids.map((pid) => identify(pid)).filter((found) => found !== undefined);
    expect(children).toHaveLength(2);
    const watchdogs = (): string =>
      execFileSync('/bin/sh', [
        '-c',
        `cat /proc/[0-9]*/stat 2>/dev/null | awk '$4 == ${launcher.pid}' | wc -l`,
      ]).toString();
    if (process.platform === 'linux') expect(Number(watchdogs())).toBe(3);
    launcher.kill('SIGKILL');
    for (const child of children) await gone(child);
  });
});

describe('obtaining a program', () => {
  it('passes over one on PATH that is too old and says what to do', async () => {
    const old = join(folder, 'bin');
    mkdirSync(old);
    writeFileSync(join(old, 'nats-server'), '#!/bin/sh\necho "nats-server: v2.9.10"\n');
    chmodSync(join(old, 'nats-server'), 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = old;
    try {
      await expect(obtainProgram('nats', join(folder, 'empty'))).rejects.toThrow(
        /^nats-server 2\.10 or later could not be obtained \(the nats-server on PATH is too old\): .*VEGA_NATS_URL$/,
      );
      writeFileSync(join(old, 'nats-server'), '#!/bin/sh\necho "nats-server: v2.11.4"\n');
      expect(await obtainProgram('nats', join(folder, 'empty'))).toMatchObject({ version: '2.11.4', source: 'PATH' });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a server that does not come up', () => {
  let taken: Server;
  let port: number;
  beforeEach(async () => {
    taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  it('is reported in one sentence with its log, and the others of its trio are stopped', async () => {
    const starting = startTrio({ folder, programFolder: programFolder(), ports: { redis: port }, durable: false });
    await expect(starting).rejects.toThrow(/^Redis ended while starting \(exit code 1\); its log is .*redis\.log$/);
    expect(readFileSync(join(folder, 'logs/redis.log'), 'utf8')).toMatch(/in use/i);
    for (const name of ['nats', 'postgres']) expect(existsSync(join(folder, 'pids', `${name}.json`))).toBe(false);
  });

  it('is told from one that was given in the environment', async () => {
    const port0 = await freePort();
    const given = startServer('postgres', {
      folder,
      programFolder: programFolder(),
      durable: false,
      addresses: { postgres: `postgres://vega:secret@127.0.0.1:${port0}/vega` },
    });
    await expect(given).rejects.toThrow(/given in the environment at postgres:\/\/vega:\*\*\*@127.* does not answer/);
  });

  it('is a NATS without JetStream', async () => {
    const program = await obtainProgram('nats', programFolder());
    const plain = await startProcess({
      name: 'plain',
      command: program.command,
      args: ['-a', '127.0.0.1', '-p', String(await freePort())],
      logFile: join(folder, 'plain.log'),
    });
    try {
      const url = await eventually(
        () => /Listening for client connections on (\S+)/.exec(readFileSync(plain.logFile, 'utf8'))?.[1],
        { withinMs: 5_000 },
      );
      await expect(probeNats(`nats://${url}`)).rejects.toThrow('JetStream is not enabled');
    } finally {
      await plain.stop();
    }
  });
});

describe('given addresses', () => {
  it('are used as they are and never stopped', async () => {
    const addresses = { postgres: testAddress('postgres'), nats: testAddress('nats'), redis: testAddress('redis') };
    const trio = await startTrio({ folder, programFolder: programFolder(), durable: false, addresses });
    expect(trio.nats.url).toBe(addresses.nats);
    await trio.stop();
    await probePostgres(addresses.postgres);
    await probeNats(addresses.nats);
    await probeRedis(addresses.redis);
  });
});

describe('durable servers', () => {
  it('keep what was committed through SIGKILL and a stale pid file', async () => {
    const program = await obtainProgram('postgres', programFolder());
    const options = { dataFolder: join(folder, 'pg'), logFile: join(folder, 'pg.log'), durable: true };
    const first = await startPostgres(program, options);
    const client = new pg.Client({ connectionString: first.url });
    client.on('error', () => undefined);
    await client.connect();
    expect((await client.query('show fsync')).rows).toEqual([{ fsync: 'on' }]);
    await client.query('create table kept as select 42 as answer');
    first.process?.kill('SIGKILL');
    await first.process?.ended;
    await client.end().catch(() => undefined);
    // After a restart of the machine the pid may belong to anything, such as this very process.
    const pidFile = join(options.dataFolder, 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    writeFileSync(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await startPostgres(program, options);
    try {
      const again = new pg.Client({ connectionString: second.url });
      await again.connect();
      expect((await again.query('select answer from kept')).rows).toEqual([{ answer: 42 }]);
      await again.end();
    } finally {
      await second.stop();
    }
  });

  it('come up on the port asked for', async () => {
    const port = await freePort();
    const options = { dataFolder: join(folder, 'nats'), logFile: join(folder, 'nats.log'), port };
    const server = await startNats(await obtainProgram('nats', programFolder()), options);
    expect(server.url).toBe(`nats://127.0.0.1:${port}`);
    await server.stop();
  });
});
