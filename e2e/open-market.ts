import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, projectRoot, startProcess, stateFolder } from '@vega/testkit';

/** Market milliseconds per wall millisecond at which the quiet hours before the opening are passed. */
const FAST = '600';

/**
 * A state folder of a stack whose simulated market has opened: the simulator alone is run through the hours before, which a
 * stack would play at the pace of the wall. Give it to `startTestStack`.
 */
export async function stateWithOpenMarket(): Promise<string> {
  const parent = process.env['VEGA_TEST_FOLDER'] ?? join(stateFolder(), 'test-runs');
  mkdirSync(parent, { recursive: true });
  const state = mkdtempSync(join(parent, 'stack-'));
  const data = join(state, 'data/upstox-sim');
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VEGA_')));
  const simulator = await startProcess({
    name: 'upstox-sim before the opening',
    command: process.execPath,
    args: [
      '--no-warnings',
      '--experimental-transform-types',
      '--conditions=@vega/source',
      join(projectRoot(), 'apps/upstox-sim/src/main.ts'),
    ],
    cwd: projectRoot(),
    logFile: join(state, 'before-the-opening.log'),
    env: {
      ...inherited,
      VEGA_SIM_PORT: String(port),
      VEGA_SIM_STATE_DIR: data,
      VEGA_SIM_SPEED: FAST,
      VEGA_LOG_LEVEL: 'warn',
    },
  });
  try {
    const isOpen = async (): Promise<boolean> => {
      const answer = await fetch(`http://127.0.0.1:${port}/sim/status`).catch(() => undefined);
      const status = (await answer?.json()) as { market: { session: Record<string, string> } } | undefined;
      return status?.market.session['NSE_FO'] === 'NORMAL_OPEN';
    };
    await eventually(isOpen, { withinMs: 180_000, everyMs: 100, what: 'an open market' });
  } finally {
    await simulator.stop();
  }
  return state;
}
