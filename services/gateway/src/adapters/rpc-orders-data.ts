import type { RpcContract } from '@vega/contracts';
import type { RpcClient } from '@vega/platform';
import type { OrdersData } from '../app/orders/orders-data.ts';
import type { Principal } from '../app/principal.ts';

/** Asks orders over the bus, with the caller's token. */
export class RpcOrdersData implements OrdersData {
  constructor(private readonly rpc: RpcClient) {}

  ask<Req, Res>(
    contract: RpcContract<Req, Res>,
    request: Req,
    principal: Principal,
    options: { readonly deadlineMs?: number } = {},
  ): Promise<Res> {
    return this.rpc.call(contract, request, { ...options, principal: principal.token });
  }
}
