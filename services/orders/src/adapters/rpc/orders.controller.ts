import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type CancelAllRequest,
  type CancelAllResponse,
  type CancelOrderRequest,
  type CancelOrderResponse,
  type GetBookRequest,
  type GetBookResponse,
  type GetEventsRequest,
  type GetEventsResponse,
  type GetOrderRequest,
  type GetOrderResponse,
  type GetTimelineRequest,
  type GetTimelineResponse,
  type GetTradesRequest,
  type GetTradesResponse,
  type GetWriterRequest,
  type GetWriterResponse,
  type ModifyOrderRequest,
  type ModifyOrderResponse,
  type Order,
  type PreviewRequest,
  type PreviewResponse,
  ordersRpc,
  type ReconcileRequest,
  type ReconcileResponse,
  type WriterCommandReply,
} from '@vega/contracts';
import { type Clock, Defect, istDateOf, OutcomeError, parseIstDate } from '@vega/kernel';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import { parseOrderId } from '@vega/trading';
import { PgOrderQueries } from '../pg/pg-order-queries.ts';
import { ACCOUNT_ACCESS, type AccountAccess } from './account-access.ts';

/** Injection token of the market date, YYYY-MM-DD. */
export const MARKET_DATE = Symbol('MarketDate');

/** Answers what is asked about orders; any replica does. */
@Controller()
export class OrdersController {
  constructor(
    @Inject(PgOrderQueries) private readonly queries: PgOrderQueries,
    @Inject(ACCOUNT_ACCESS) private readonly access: AccountAccess,
    @Inject(MARKET_DATE) private readonly today: () => string,
  ) {}

  @HandlesRpc(ordersRpc.getBook)
  async getBook(@Payload() request: GetBookRequest, @Ctx() call: RpcCallContext): Promise<GetBookResponse> {
    await this.access.reader(call, request.accountId);
    const { rows, nextCursor, accountSeq } = await this.queries.book({ ...request, ...this.page(request, 500) });
    return { orders: [...rows], nextCursor, accountSeq };
  }

  @HandlesRpc(ordersRpc.getOrder)
  async getOrder(@Payload() request: GetOrderRequest, @Ctx() call: RpcCallContext): Promise<GetOrderResponse> {
    return { order: await this.own(request, call) };
  }

  @HandlesRpc(ordersRpc.getTimeline)
  async getTimeline(@Payload() request: GetTimelineRequest, @Ctx() call: RpcCallContext): Promise<GetTimelineResponse> {
    const order = await this.own(request, call);
    return { order, events: [...(await this.queries.timeline(request.orderId))] };
  }

  @HandlesRpc(ordersRpc.getTrades)
  async getTrades(@Payload() request: GetTradesRequest, @Ctx() call: RpcCallContext): Promise<GetTradesResponse> {
    await this.access.reader(call, request.accountId);
    const { rows, nextCursor } = await this.queries.trades({ ...request, ...this.page(request, 500) });
    return { fills: [...rows], nextCursor };
  }

  @HandlesRpc(ordersRpc.getEvents)
  async getEvents(@Payload() request: GetEventsRequest, @Ctx() call: RpcCallContext): Promise<GetEventsResponse> {
    await this.access.reader(call, request.accountId);
    const limit = limitOf(request.limit, 200, 1_000);
    const { events, lastSeq } = await this.queries.events(request.accountId, Math.max(1, request.fromSeq), limit);
    return { events: [...events], lastSeq };
  }

  @HandlesRpc(ordersRpc.preview)
  async preview(@Payload() request: PreviewRequest, @Ctx() call: RpcCallContext): Promise<PreviewResponse> {
    const accountId = request.intent?.accountId ?? '';
    await this.access.reader(call, accountId);
    return pick(await this.access.command(call, accountId, { $case: 'preview', value: request }), 'preview').value;
  }

  @HandlesRpc(ordersRpc.modify)
  async modify(@Payload() request: ModifyOrderRequest, @Ctx() call: RpcCallContext): Promise<ModifyOrderResponse> {
    const accountId = await this.accountOf(request, call);
    return {
      order: pick(await this.access.command(call, accountId, { $case: 'modify', value: request }), 'order').value,
    };
  }

  @HandlesRpc(ordersRpc.cancel)
  async cancel(@Payload() request: CancelOrderRequest, @Ctx() call: RpcCallContext): Promise<CancelOrderResponse> {
    const accountId = await this.accountOf(request, call);
    return {
      order: pick(await this.access.command(call, accountId, { $case: 'cancel', value: request }), 'order').value,
    };
  }

  @HandlesRpc(ordersRpc.cancelAll)
  async cancelAll(@Payload() request: CancelAllRequest, @Ctx() call: RpcCallContext): Promise<CancelAllResponse> {
    await this.access.trader(call, request.accountId);
    const reply = await this.access.command(call, request.accountId, { $case: 'cancelAll', value: request });
    return pick(reply, 'cancelled').value;
  }

  @HandlesRpc(ordersRpc.reconcile)
  async reconcile(@Payload() request: ReconcileRequest, @Ctx() call: RpcCallContext): Promise<ReconcileResponse> {
    await this.access.trader(call, request.accountId);
    const reply = await this.access.command(call, request.accountId, { $case: 'reconcile', value: request });
    return pick(reply, 'reconciled').value;
  }

  @HandlesRpc(ordersRpc.getWriter)
  async getWriter(@Payload() request: GetWriterRequest, @Ctx() call: RpcCallContext): Promise<GetWriterResponse> {
    await this.access.reader(call, request.accountId);
    const reply = await this.access.command(call, request.accountId, { $case: 'getWriter', value: request });
    return pick(reply, 'writer').value;
  }

  /** The order, when it belongs to an account of whoever asks. */
  private async own(request: { orderId: string; accountId: string }, call: RpcCallContext): Promise<Order> {
    await this.access.principal(call);
    if (parseOrderId(request.orderId) === undefined) {
      throw new OutcomeError('ORDER_ID_INVALID', 'order_id is not 26 characters of a-z and 2-7');
    }
    const order = await this.queries.order(request.orderId);
    const accountId = order?.intent?.accountId ?? '';
    const matches = order !== undefined && (request.accountId === '' || request.accountId === accountId);
    const isTheirs = matches && (await this.access.reader(call, accountId).then(() => true, notFound));
    if (order === undefined || !isTheirs) throw new OutcomeError('ORDER_UNKNOWN', 'there is no such order');
    return order;
  }

  private async accountOf(request: { orderId: string; accountId: string }, call: RpcCallContext): Promise<string> {
    const order = await this.own(request, call);
    const accountId = order.intent?.accountId ?? '';
    await this.access.trader(call, accountId);
    return accountId;
  }

  private page(request: { limit: number; fromDate: string; toDate: string }, most: number) {
    const today = this.today();
    const fromDate = dateOf('from_date', request.fromDate, today);
    const toDate = dateOf('to_date', request.toDate, request.fromDate === '' ? today : '9999-12-31');
    if (fromDate > toDate) throw new OutcomeError('BAD_REQUEST', 'from_date is after to_date');
    return { limit: limitOf(request.limit, 100, most), fromDate, toDate };
  }
}

function notFound(error: unknown): false {
  if (error instanceof OutcomeError && error.code === 'ACCOUNT_NOT_FOUND') return false;
  throw error;
}

function dateOf(name: string, text: string, fallback: string): string {
  if (text === '') return fallback;
  const date = parseIstDate(text);
  if (date === undefined) throw new OutcomeError('BAD_REQUEST', `${name} is not a date of the form YYYY-MM-DD`);
  return date;
}

function limitOf(asked: number, fallback: number, most: number): number {
  if (asked === 0) return fallback;
  if (!Number.isInteger(asked) || asked < 1 || asked > most) {
    throw new OutcomeError('BAD_REQUEST', `limit is a whole number from 1 to ${most}`);
  }
  return asked;
}

type Replies = NonNullable<WriterCommandReply['result']>;

/** The answer of a kind; another kind is a defect of the writer. */
export function pick<K extends Replies['$case']>(reply: WriterCommandReply, kind: K): Extract<Replies, { $case: K }> {
  if (reply.result?.$case !== kind)
    throw new Defect(`a writer answered ${reply.result?.$case ?? 'nothing'}, not ${kind}`);
  return reply.result as Extract<Replies, { $case: K }>;
}

/** The market's date, or the wall's while that is not known. */
export function marketDate(marketNowMs: () => number | undefined, clock: Clock): () => string {
  return () => istDateOf(marketNowMs() ?? clock.wallNow());
}
