import type { RpcContract } from '@vega/contracts';
import type { Principal } from '../principal.ts';

/** Injection token of the {@link OrdersData}. */
export const ORDERS_DATA = Symbol('OrdersData');

/** What orders is asked, on behalf of somebody; orders checks again who that is and whose account it is. */
export interface OrdersData {
  /**
   * Throws `OutcomeError` when orders says no, and `OperationalError` when it could not be asked (`not-sent`) or gave no
   * answer (`unknown`: it may have been done).
   */
  ask<Req, Res>(
    contract: RpcContract<Req, Res>,
    request: Req,
    principal: Principal,
    options?: { readonly deadlineMs?: number },
  ): Promise<Res>;
}
