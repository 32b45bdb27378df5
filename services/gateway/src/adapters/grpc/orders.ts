import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { gatewayOrdersApi as api, type OrderIntent, ordersRpc } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { idempotencyKey, optionalIdempotencyKey } from '../../app/orders/idempotency-key.ts';
import type { OrderDesk, OrderTerms, Placed } from '../../app/orders/order-desk.ts';
import type { OrdersData } from '../../app/orders/orders-data.ts';
import type { Principal } from '../../app/principal.ts';
import type { Batch } from '../../app/stream/channel.ts';
import type { OrdersBody, OrdersChannel } from '../../app/stream/orders/orders-channel.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { ORDERS_ACCESS } from './definitions.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { followChannel, type FollowedChannel } from './grpc-follow.ts';

type Name = Exclude<keyof typeof ORDERS_ACCESS, 'StreamOrders'>;

/** `vega.gateway.v1.Orders` over the same desk and the same hub as the other doors. */
export class OrderCalls {
  private readonly stream: FollowedChannel<api.StreamOrdersRequest, OrdersBody, api.StreamOrdersResponse>;

  constructor(
    private readonly calls: GrpcCalls,
    private readonly desk: OrderDesk,
    private readonly orders: OrdersData,
    private readonly hub: StreamHub,
    channel: OrdersChannel,
  ) {
    this.stream = {
      method: 'StreamOrders',
      channel,
      response: api.StreamOrdersResponse,
      toAsked: ({ accountId, rateHz }) => ({
        account_id: accountId,
        ...(rateHz === 0 ? {} : { rate_hz: rateHz }),
      }),
      toMessage: toOrdersMessage,
    };
  }

  readonly placeOrder = this.unary('PlaceOrder', async (request: api.PlaceOrderRequest, caller) => {
    const key = idempotencyKey(request.idempotencyKey);
    const placed = await this.desk.place(caller, request.accountId, key, termsOf(request.intent));
    return toPlacedMessage(placed);
  });

  readonly previewOrder = this.unary(
    'PreviewOrder',
    async ({ accountId, intent }: api.PreviewOrderRequest, caller): Promise<api.PreviewOrderResponse> => ({
      preview: await this.desk.preview(caller, accountId, termsOf(intent)),
    }),
  );

  readonly modifyOrder = this.unary(
    'ModifyOrder',
    async (request: api.ModifyOrderRequest, caller): Promise<api.ModifyOrderResponse> => {
      const { idempotencyKey: key, ...change } = request;
      const changed = await this.desk.modify(caller, { ...change, accountId: '', requestId: keyOf(key) });
      return { unknown: changed.kind === 'unknown', order: changed.order };
    },
  );

  readonly cancelOrder = this.unary(
    'CancelOrder',
    async (request: api.CancelOrderRequest, caller): Promise<api.CancelOrderResponse> => {
      const changed = await this.desk.cancel(caller, request.orderId, '', keyOf(request.idempotencyKey));
      return { unknown: changed.kind === 'unknown', order: changed.order };
    },
  );

  readonly cancelAllOrders = this.unary(
    'CancelAllOrders',
    async (request: api.CancelAllOrdersRequest, caller): Promise<api.CancelAllOrdersResponse> => {
      const answer = await this.desk.cancelAll(caller, request);
      return { unknown: answer === undefined, orderIds: answer?.orderIds ?? [] };
    },
  );

  readonly getOrder = this.unary('GetOrder', ({ orderId }: api.GetOrderRequest, caller) =>
    this.orders.ask(ordersRpc.getOrder, { orderId, accountId: '' }, caller),
  );

  readonly getOrderBook = this.unary(
    'GetOrderBook',
    async (request: api.GetOrderBookRequest, caller): Promise<api.GetOrderBookResponse> => ({
      book: await this.orders.ask(ordersRpc.getBook, request, caller),
    }),
  );

  readonly getTrades = this.unary(
    'GetTrades',
    async (request: api.GetTradesRequest, caller): Promise<api.GetTradesResponse> => ({
      trades: await this.orders.ask(ordersRpc.getTrades, request, caller),
    }),
  );

  readonly engageKillSwitch = this.unary(
    'EngageKillSwitch',
    (request: api.EngageKillSwitchRequest, caller): Promise<api.EngageKillSwitchResponse> => {
      const { stops, reason, cancelOrders } = request;
      return this.orders.ask(
        ordersRpc.engage,
        { scope: scopeOf(request, caller), stops, reason, cancelOrders },
        caller,
      );
    },
  );

  /** Serves one stream until either side ends it. */
  streamOrders(call: ServerWritableStream<api.StreamOrdersRequest, api.StreamOrdersResponse>): void {
    void followChannel(this.calls, this.hub, call, this.stream);
  }

  /** One call with one answer; failures go out as its status. */
  private unary<Req, Res>(
    name: Name,
    work: (request: Req, caller: Principal) => Promise<Res>,
  ): (call: ServerUnaryCall<Req, Res>, answer: sendUnaryData<Res>) => void {
    return (call, answer) => {
      const admitted = this.calls.begin(name, call);
      const run = async (): Promise<void> => {
        try {
          const caller = await this.calls.admit(call, ORDERS_ACCESS[name]);
          const response = await this.calls.within(admitted, () => work(call.request, caller));
          admitted.done();
          answer(null, response);
        } catch (error) {
          answer(admitted.fail(error));
        }
      };
      void run();
    };
  }
}

const keyOf = (given: string): string => optionalIdempotencyKey(given === '' ? undefined : given);

/** The terms of an intent; whose it is and what it is called stands beside it. */
function termsOf(intent: OrderIntent | undefined): OrderTerms {
  if (intent === undefined) throw new OutcomeError('BAD_REQUEST', 'intent is missing');
  const { orderId: _id, accountId: _account, decisionNumber: _number, ...terms } = intent;
  return terms;
}

function scopeOf({ accountId, strategy }: api.EngageKillSwitchRequest, caller: Principal): string {
  if (accountId === undefined) {
    if (strategy !== '')
      throw new OutcomeError('BAD_REQUEST', 'a strategy is one of an account: account_id is missing');
    return `user:${caller.userId}`;
  }
  return strategy === '' ? `account:${accountId}` : `strategy:${accountId}:${strategy}`;
}

function toPlacedMessage(placed: Placed): api.PlaceOrderResponse {
  const { orderId } = placed;
  switch (placed.kind) {
    case 'accepted':
      return { orderId, result: { $case: 'accepted', value: placed.accepted } };
    case 'denied':
      return { orderId, result: { $case: 'denied', value: placed.denial } };
    case 'unknown':
      return { orderId, result: { $case: 'unknown', value: { detail: placed.why } } };
  }
}

function toOrdersMessage({ seq, snapshot, body }: Batch<OrdersBody>, timeMs: number): api.StreamOrdersResponse {
  return { seq, snapshot, timeMs, accountSeq: body.accountSeq, orders: [...body.orders], events: [...body.events] };
}
