import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DemoUser } from './demo.ts';

/** What `.vega/run.json` says while the stack is ready: addresses for scripts and tests. */
export interface RunFile {
  /** Base address of the simulator. */
  readonly upstoxSim?: string;
  /** Base address of the gateway: REST, `/stream` and the web app. */
  readonly gateway?: string;
  /** Host and port of the gateway's gRPC. */
  readonly grpc?: string;
  /** The user who is there to try the platform with; in front of a simulator only. */
  readonly demo?: DemoUser;
  /** The kill switch's door on orders' own port. */
  readonly panic?: string;
  readonly nats: string;
  /** Folder of the bus users' seeds, `<user>.nk`; a quant team's user is `quants-<team>`. */
  readonly bus: string;
  readonly postgres: string;
  readonly redis: string;
  /** The simulator's fault port, only when asked for. */
  readonly faults?: string;
  /** Health and metrics of each service, by name. */
  readonly ops: Readonly<Record<string, string>>;
  /** Process ids by name; `start` is the launcher. */
  readonly pids: Readonly<Record<string, number>>;
}

/** Writes the file whole or not at all, for its owner's eyes: a given address may hold a password. */
export function writeRunFile(file: string, content: RunFile): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}

/** Reads it; undefined when no stack is ready. */
export function readRunFile(file: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}

/** Removes it. */
export function removeRunFile(file: string): void {
  rmSync(file, { force: true });
}
