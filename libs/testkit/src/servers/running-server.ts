import { freePort, isPortFree } from '../free-port.ts';
import type { ManagedProcess, ProcessEnd } from './managed-process.ts';

/** A server that answers its protocol on 127.0.0.1, or one whose address was given and which is not ours to stop. */
export interface RunningServer {
  readonly url: string;
  /** Version and where the program came from, for the user's table. */
  readonly description: string;
  /** Undefined for a server that was not started by this process. */
  readonly process: ManagedProcess | undefined;
  stop(): Promise<void>;
}

/** A server that was started but did not answer; the message is one sentence that names the log. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/**
 * Waits until `probe` succeeds. Throws {@link ServerStartError} as soon as the process ends, or after `withinMs`; the process
 * is stopped then.
 */
export async function untilReady(
  child: ManagedProcess,
  title: string,
  probe: () => Promise<void>,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  const refuseIfEnded = (): void => {
    const end = child.end();
    if (end === undefined) return;
    throw new ServerStartError(`${title} ended while starting (${describeEnd(end)}); its log is ${child.logFile}`);
  };
  for (;;) {
    refuseIfEnded();
    try {
      await probe();
      // Another server on the same port may have answered in its stead.
      refuseIfEnded();
      return;
    } catch (error) {
      if (error instanceof ServerStartError) throw error;
      if (performance.now() >= deadline) {
        await child.stop();
        const seconds = Math.round(withinMs / 1000);
        throw new ServerStartError(`${title} did not answer within ${seconds} s; its log is ${child.logFile}`, {
          cause: error,
        });
      }
    }
    await new Promise((resume) => setTimeout(resume, 15));
  }
}

/** How a process ended, in words. */
export function describeEnd(end: ProcessEnd): string {
  return end.signal === null ? `exit code ${end.code ?? 'unknown'}` : `signal ${end.signal}`;
}

/** Starts on the given port, or on free ones until one holds: between choosing a port and listening another may take it. */
export async function onPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== undefined) return start(port);
  for (let attempt = 1; ; attempt += 1) {
    const chosen = await freePort();
    try {
      return await start(chosen);
    } catch (error) {
      if (attempt === 3 || (await isPortFree(chosen))) throw error;
    }
  }
}
