import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GatewaySession } from '@vega/client';
import { projectRoot, stateFolder } from '@vega/testkit';
import { secretsInLogs } from './auth/secret-search.ts';

/** Addresses of a running stack, as its run.json tells them. */
export interface StackAddresses {
  readonly gateway: string;
  readonly upstoxSim: string;
  /** The user who is there to try the platform with. */
  readonly demo?: { readonly email: string; readonly password: string };
  /** The kill switch's door on orders' own port. */
  readonly panic?: string;
  readonly nats: string;
  /** Folder of the bus users' seeds. */
  readonly bus: string;
  readonly postgres: string;
  readonly redis: string;
  /** The simulator's fault port, when the stack was started with `--fault-port`. */
  readonly faults?: string;
  readonly ops: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
}

/** A whole stack of its own, beside whatever else runs on the machine. */
export interface TestStack {
  readonly addresses: StackAddresses;
  /** Where it keeps run.json, logs and data. */
  readonly state: string;
  /** Asks its gateway as the demo user. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** An access token of the demo user, which lives for a while yet. */
  token(): Promise<string>;
  /** What it has printed so far. */
  output(): string;
  /** What it has printed, with the ends of the logs that are named there; to be asked before it is closed. */
  lastWords(): string;
  /** Stops it as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number>;
  /** Resolves with the exit code when it ends, asked to or not. */
  readonly ended: Promise<number>;
  /** Stops it and removes what it kept. Throws when a token or a key stood in one of its logs. */
  close(): Promise<void>;
}

/** How a test wants its stack. */
export interface TestStackOptions {
  /** Arguments of `npm start` besides `--state` and `--ports free`. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A folder of an earlier stack to go on with; a fresh one unless given. */
  readonly state?: string;
  readonly withinMs?: number;
}

/**
 * Starts the whole stack as `npm start` does, on free ports and with a folder of its own, and waits until it is ready. Throws with
 * all that the stack printed when it does not come up.
 */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const parent = process.env['VEGA_TEST_FOLDER'] ?? join(stateFolder(), 'test-runs');
  mkdirSync(parent, { recursive: true });
  const state = options.state ?? mkdtempSync(join(parent, 'stack-'));
  const root = projectRoot();
  const tool = ['--conditions=@vega/source', '--disable-warning=ExperimentalWarning', join(root, 'tools/start.ts')];
  const child = spawn(process.execPath, [...tool, '--state', state, '--ports', 'free', ...(options.args ?? [])], {
    cwd: root,
    // The stack stops when the pipe on descriptor 3 closes: it cannot outlive the test that started it.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment, VEGA_PARENT_PIPE: '3' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => (output += text));
  }
  let exitCode: number | undefined;
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      exitCode = code ?? 1;
      resolve(exitCode);
    });
  });
  const lastWords = (): string => `${output}${namedLogs(output)}`;
  const stop = async (): Promise<number> => {
    if (exitCode === undefined) child.kill('SIGINT');
    return ended;
  };

  const deadline = performance.now() + (options.withinMs ?? 180_000);
  for (;;) {
    const addresses = readAddresses(state);
    if (addresses !== undefined) {
      const close = async (): Promise<void> => {
        await stop();
        const found = secretsInLogs(join(state, 'logs'));
        rmSync(state, { recursive: true, force: true });
        if (found.length > 0) throw new Error(`secrets stood in the logs of the stack: ${JSON.stringify(found)}`);
      };
      return { addresses, state, ...demoOf(addresses), output: () => output, lastWords, stop, ended, close };
    }
    if (exitCode !== undefined) throw new Error(`the stack ended with exit code ${exitCode}:\n${lastWords()}`);
    if (performance.now() >= deadline) {
      await stop();
      throw new Error(`the stack was not ready in time:\n${output}`);
    }
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** The gateway as the demo user sees it. */
export function demoOf(addresses: StackAddresses): Pick<TestStack, 'fetch' | 'token'> {
  const { gateway, demo } = addresses;
  const session = new GatewaySession({ baseUrl: gateway, refreshTokenIn: 'memory' });
  let signedIn: Promise<unknown> | undefined;
  const token = async (): Promise<string> => {
    if (demo === undefined) throw new Error('the stack offers no demo user');
    signedIn ??= session.login(demo.email, demo.password);
    await signedIn;
    const present = await session.token();
    if (present !== undefined) return present;
    // Its session was ended, as some tests do.
    signedIn = undefined;
    return token();
  };
  return {
    token,
    async fetch(path, init = {}) {
      const headers = { authorization: `Bearer ${await token()}`, ...(init.headers as Record<string, string>) };
      return fetch(`${gateway}${path}`, { ...init, headers });
    },
  };
}

/** The ends of the logs that the launcher's last words name: they are gone with the test's folder. */
function namedLogs(output: string): string {
  return [...output.matchAll(/log is (\S+\.log)/g)]
    .map(([, file = '']) => {
      try {
        return `\n${file}:\n${readFileSync(file, 'utf8').split('\n').slice(-15).join('\n')}`;
      } catch {
        return '';
      }
    })
    .join('');
}

function readAddresses(state: string): StackAddresses | undefined {
  try {
    return JSON.parse(readFileSync(join(state, 'run.json'), 'utf8')) as StackAddresses;
  } catch {
    return undefined;
  }
}
