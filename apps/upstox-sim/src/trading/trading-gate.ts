import { isBrokerOpen } from '@vega/rulebook';
import { wallInstant } from '@vega/kernel';
import { apiError, type ErrorCode } from '../server/error-codes.ts';
import { USER_TOKENS, type Route, type UserCall } from '../server/route.ts';
import type { SimContext } from '../server/sim-context.ts';
import type { TokenKind } from '../server/auth/token-vault.ts';

/** Tokens that read orders and the portfolio. */
export const READ_TOKENS: readonly TokenKind[] = ['access', 'extended', 'analytics'];

const MAX_ALGO_NAME = 100;

/** A route that places, changes or ends orders: its app, its address, its hour and its share of the order limits count. */
export function orderRoute(
  context: SimContext,
  method: Route['method'],
  path: string,
  handle: (call: UserCall) => unknown,
): Route {
  return {
    method,
    path,
    accepts: USER_TOKENS,
    limits: 'orders',
    handle: (call) => {
      requireOrderRights(context, call);
      return handle(call);
    },
  };
}

/** A route that reads orders or the portfolio. An analytics token does so from a registered address only. */
export function readRoute(context: SimContext, path: string, handle: (call: UserCall) => unknown): Route {
  return {
    method: 'GET',
    path,
    accepts: READ_TOKENS,
    handle: (call) => {
      if (call.grant.kind === 'analytics') requireAddress(context, call);
      return handle(call);
    },
  };
}

function requireOrderRights(context: SimContext, call: UserCall): void {
  const app = context.directory.app(call.grant.clientId);
  if (app?.multiClient === true) throw apiError('UDAPI100049');
  requireAddress(context, call);
  const algo = call.request.headers['x-algo-name'];
  if (typeof algo === 'string' && (algo.trim() === '' || algo.length > MAX_ALGO_NAME)) throw apiError('UDAPI1156');
  requireServiceHours(context, 'UDAPI100074');
}

/** The order and funds APIs answer from 05:30 to 24:00 IST. */
export function requireServiceHours(context: SimContext, code: ErrorCode): void {
  const now = context.hall.market.now() + context.faults.clockShiftMs();
  if (!isBrokerOpen(wallInstant(now))) throw apiError(code);
}

function requireAddress(context: SimContext, call: UserCall): void {
  if (context.config.staticIp === 'off') return;
  if (!context.staticIps.allows(call.grant.userId, call.address)) throw apiError('UDAPI1154');
}
