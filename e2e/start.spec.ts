/** `npm start` as its user meets it: one stack of its own, started, refused twice, killed, restarted, forgotten. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, identify, isRunning, projectRoot, runCommand } from '@vega/testkit';
import type { ProcessIdentity } from '@vega/testkit';
import pg from 'pg';
import { startTestStack } from './stack-harness.ts';
import type { TestStack } from './stack-harness.ts';

const root = projectRoot();
const WITHIN_MS = 180_000;

function runTool(name: string, ...args: string[]): ReturnType<typeof runCommand> {
  const options = [
    '--conditions=@vega/source',
    '--disable-warning=ExperimentalWarning',
    join(root, `tools/${name}.ts`),
  ];
  return runCommand(process.execPath, [...options, ...args], { timeoutMs: 60_000, cwd: root });
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows as unknown[];
  } finally {
    await client.end();
  }
}

function processesOf(stack: TestStack): ProcessIdentity[] {
  return Object.values(stack.addresses.pids).flatMap((pid) => identify(pid) ?? []);
}

describe('npm start', () => {
  let state: string;
  let stack: TestStack;

  beforeAll(async () => {
    state = mkdtempSync(join(process.env['VEGA_TEST_FOLDER'] ?? '', 'start-'));
    stack = await startTestStack({ state });
  }, WITHIN_MS);
  afterAll(async () => {
    await stack.stop();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  it('says what runs where, and writes it down for scripts', async () => {
    const { addresses } = stack;
    // The table follows run.json; its last line names the file.
    await eventually(() => stack.output().includes(`Addresses for scripts: ${join(state, 'run.json')}`), {
      withinMs: 10_000,
      what: 'the table of what runs where',
    });
    for (const address of [
      addresses.nats,
      addresses.postgres,
      addresses.redis,
      addresses.gateway,
      addresses.upstoxSim,
    ]) {
      expect(stack.output()).toContain(address);
    }
    expect(processesOf(stack)).toHaveLength(Object.keys(addresses.pids).length);
    expect(addresses.faults).toBeUndefined();
  });

  it('answers at every address', async () => {
    const { addresses } = stack;
    const health = Object.values(addresses.ops).filter((url) => url !== addresses.upstoxSim);
    for (const url of health) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${addresses.upstoxSim}/sim/status`)).status).toBe(200);
    expect((await fetch(`${addresses.gateway}/api/v1/health/ready`)).status).toBe(200);
  });

  it('refuses to run twice, and to be forgotten while it runs, in one sentence each', async () => {
    const again = await runTool('start', '--state', state, '--ports', 'free');
    expect(again.code).toBe(1);
    expect(again.stderr.trim()).toBe(
      `The stack already runs at ${stack.addresses.gateway} (process ${stack.addresses.pids['start']}); stop it first.`,
    );
    const reset = await runTool('reset', '--state', state);
    expect(reset).toMatchObject({ code: 1, stderr: 'The stack is running; stop it before its state is forgotten.\n' });
    expect(existsSync(join(state, 'run.json'))).toBe(true);
  });

  it(
    'stops everything when it is killed, and then starts again with what was stored',
    async () => {
      await query(stack.addresses.postgres, 'create table kept as select 42 as answer');
      const processes = processesOf(stack);
      process.kill(stack.addresses.pids['start'] ?? 0, 'SIGKILL');
      for (const one of processes) {
        await eventually(() => !isRunning(one), { withinMs: 30_000, what: `the end of process ${one.pid}` });
      }
      await stack.ended;
      // What a killed launcher leaves behind says nothing true any more.
      rmSync(join(state, 'run.json'), { force: true });
      stack = await startTestStack({ state });
      expect(await query(stack.addresses.postgres, 'select answer from kept')).toEqual([{ answer: 42 }]);
    },
    WITHIN_MS,
  );

  it('reports a part that dies in one sentence, stops the rest and fails', async () => {
    const processes = processesOf(stack);
    process.kill(stack.addresses.pids['redis'] ?? 0, 'SIGKILL');
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toMatch(
      /^Redis ended unexpectedly \(signal SIGKILL\); its log is .*; stopping the rest\.$/m,
    );
    expect(processes.filter(isRunning)).toEqual([]);
    expect(existsSync(join(state, 'run.json'))).toBe(false);
  }, 60_000);

  it(
    'stops in order on Ctrl-C, with nothing left running',
    async () => {
      stack = await startTestStack({ state });
      const processes = processesOf(stack);
      expect(await stack.stop()).toBe(0);
      expect(stack.output()).toMatch(/\nstopped\n$/);
      expect(processes.filter(isRunning)).toEqual([]);
      expect(readdirSync(join(state, 'pids'))).toEqual([]);
      expect(readFileSync(join(state, 'logs/postgres.log'), 'utf8')).toContain('database system is shut down');
    },
    WITHIN_MS,
  );

  it('is forgotten by reset', async () => {
    expect(await runTool('reset', '--state', state)).toMatchObject({ code: 0 });
    expect(existsSync(join(state, 'data'))).toBe(false);
  });
});
