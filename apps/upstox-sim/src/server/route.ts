import type { FastifyRequest } from 'fastify';
import type { Grant, TokenKind } from './auth/token-vault.ts';

/** A request that passed the gate: parameters decoded, token checked, limits counted. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly request: FastifyRequest;
  /** Where it came from; empty when the connection was gone before it was read. */
  readonly address: string;
}

/** A call with a valid token. */
export interface UserCall extends Call {
  readonly grant: Grant;
}

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** False for the simulator's own pages: no faults, no limits. */
  readonly broker?: false;
  /** The group whose calls count together; absent: this endpoint alone, under the standard limits. */
  readonly limits?: 'orders';
}

/** One endpoint. What `handle` returns is sent as JSON unless it is a RawReply. */
export type Route =
  | (RouteBase & { readonly accepts: 'anyone'; handle(call: Call): unknown })
  | (RouteBase & { readonly accepts: readonly TokenKind[]; handle(call: UserCall): unknown });

/** Tokens that read market data. */
export const MARKET_TOKENS: readonly TokenKind[] = ['access', 'analytics'];
/** Tokens that act as the user. */
export const USER_TOKENS: readonly TokenKind[] = ['access'];
/** Tokens that can be logged out. */
export const ALL_TOKENS: readonly TokenKind[] = ['access', 'extended', 'analytics'];
