// A gateway with people of its own and a stand-in for orders that writes an account of the spec's user.
import { eventually } from '@vega/testkit';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { OrdersStandIn } from './orders-stand-in.ts';

export const ACCOUNT = 'acc_mine';
/** An account that nobody writes. */
export const IDLE = 'acc_idle';
export const FOREIGN = 'acc_foreign';
export const USER = 'usr_trader';
export const CALL = 'NSE_FO|54321';

/** The body of a good order. */
export const ORDER = {
  account_id: ACCOUNT,
  instrument_key: CALL,
  side: 'BUY',
  quantity: 75,
  product: 'DELIVERY',
  order_type: 'LIMIT',
  price: 123.45,
} as const;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface OrdersStage {
  readonly gateway: GatewayUnderTest;
  readonly orders: OrdersStandIn;
  token(userId?: string): string;
  /** Asks REST below `/api/v1`, as the spec's user unless another token is given. */
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  place(key: string, change?: object): Promise<Answer>;
  close(): Promise<void>;
}

export async function startOrdersStage(): Promise<OrdersStage> {
  const gateway = await startGateway({ VEGA_RATE_LIMIT_PER_MINUTE: '100000' }, 'own');
  gateway.auth.addAccount(ACCOUNT, USER);
  gateway.auth.addAccount(IDLE, USER);
  gateway.auth.addAccount(FOREIGN, 'usr_somebody_else');
  const orders = await OrdersStandIn.start(gateway.nats.url, gateway.auth);
  await orders.write(ACCOUNT);
  const token = (userId = USER): string => gateway.auth.token({ userId });
  const own = token();
  const ask: OrdersStage['ask'] = async (method, path, body, headers = {}) => {
    const { status, body: answered } = await gateway.get(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${own}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status, body: answered };
  };
  for (const accountId of [ACCOUNT, IDLE]) {
    await eventually(async () => (await ask('GET', `/orders/book?account_id=${accountId}`)).status === 200, {
      withinMs: 10_000,
      what: `the gateway to know ${accountId}`,
    });
  }
  orders.asked.length = 0;
  return {
    gateway,
    orders,
    token,
    ask,
    place: (key, change = {}) => ask('POST', '/orders/place', { ...ORDER, ...change }, { 'idempotency-key': key }),
    async close() {
      expect(gateway.exits).toEqual([]);
      await orders.close();
      await gateway.close();
    },
  };
}
