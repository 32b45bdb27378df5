// Processes of a bench: each a script beside this one or below bench/bare that speaks over the pipe of `fork`.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const FLAGS = ['--no-warnings', '--experimental-transform-types'];

/** A running child: what it is asked, it answers in order. */
export interface Child {
  ask<T>(question: Record<string, unknown>): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a script and waits for its first message, which is its answer to `start`. */
export async function startChild<T>(script: string, args: readonly string[]): Promise<Child & { readonly ready: T }> {
  const child = fork(join(import.meta.dirname, script), [...args], { execArgv: FLAGS });
  const [ready] = (await Promise.race([once(child, 'message'), failure(child, script)])) as [T];
  return { ready, ask: (question) => ask(child, script, question), stop: () => stopped(child) };
}

/** Ends a process and resolves when it is gone. */
export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

async function ask<T>(child: ChildProcess, script: string, question: Record<string, unknown>): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  const [value] = (await Promise.race([answer, failure(child, script)])) as [T];
  return value;
}

async function failure(child: ChildProcess, script: string): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`${script} ended with ${code}`);
}
