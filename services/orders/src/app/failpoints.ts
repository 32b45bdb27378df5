/**
 * Named places where a test may make this process die, stand still or fail, to prove what holds then. Nothing happens
 * unless VEGA_FAILPOINTS names one; the variable is read once. Each hit is a line in the file VEGA_FAILPOINT_LOG before it
 * takes effect.
 */
import { appendFileSync } from 'node:fs';

export const FAILPOINTS = [
  'before-commit',
  'after-commit-before-send',
  'after-send-before-reply',
  'after-reply-before-commit',
  'after-commit-before-publish',
  'at-lease-loss',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

interface Armed {
  readonly action: 'kill' | 'stop';
  /** One in so many passages. */
  readonly every: number;
  passed: number;
}

const NAMES = new Set<string>(FAILPOINTS);

/** Reads `name=action:every,...`; a name that is not one is refused loudly. */
export function readFailpoints(text: string | undefined): ReadonlyMap<string, Armed> {
  const armed = new Map<string, Armed>();
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [, name = '', action = '', every = ''] = /^([a-z-]+)=(kill|stop):(\d+)$/.exec(part) ?? [];
    if (!NAMES.has(name)) throw new Error(`"${part}" names no failpoint`);
    armed.set(name, { action: action as Armed['action'], every: Math.max(1, Number(every)), passed: 0 });
  }
  return armed;
}

const armed = readFailpoints(process.env['VEGA_FAILPOINTS']);

/** A named place. Free of cost and effect unless a test has armed it. */
export function failpoint(name: Failpoint): void {
  if (armed.size === 0) return;
  const point = armed.get(name);
  if (point === undefined) return;
  point.passed += 1;
  if (point.passed % point.every !== 0) return;
  const log = process.env['VEGA_FAILPOINT_LOG'];
  if (log !== undefined) appendFileSync(log, `${name} ${point.action} ${process.pid}\n`);
  process.kill(process.pid, point.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  // The signal ends or stops the process before it runs on; a synchronous wait makes sure of it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
}
