import type { Codec } from './codec.ts';
import type { Party } from './parties.ts';
import { subjects } from './subjects.ts';

/** One request/reply method: who answers it, both schemas, and how long a caller waits at most. */
export interface RpcContract<Req, Res> {
  readonly service: Party;
  readonly method: string;
  readonly subject: string;
  /** What metrics and spans call it where the subject names a replica; else the subject. */
  readonly family?: string;
  /** Who may ask. Permissions on the bus are made from this. */
  readonly callers: readonly Party[];
  readonly request: Codec<Req>;
  readonly response: Codec<Res>;
  readonly deadlineMs: number;
  readonly summary: string;
}

/** A contract under the subject that its service and method give it. */
export function rpc<Req, Res>(
  service: Party,
  method: string,
  callers: readonly Party[],
  request: Codec<Req>,
  response: Codec<Res>,
  deadlineMs: number,
  summary: string,
): RpcContract<Req, Res> {
  return { service, method, callers, subject: subjects.rpc(service, method), request, response, deadlineMs, summary };
}
