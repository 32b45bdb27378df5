import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { ErrorCode } from '@vega/contracts';
import { idempotencyKey, optionalIdempotencyKey } from '../../app/orders/idempotency-key.ts';
import type { Principal } from '../../app/principal.ts';
import { CALLER_CODES, JsonBody } from '../auth/session.controller.ts';
import { Access, Caller } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { OrderDenied } from '../http/problem.ts';
import {
  bookQuerySchema,
  cancelAllQuerySchema,
  cancelQuerySchema,
  modifySchema,
  ofAccountBodySchema,
  ofAccountQuerySchema,
  oneOrderQuerySchema,
  orderId,
  placeSchema,
  tradesQuerySchema,
  type BookQuery,
  type CancelAllQuery,
  type CancelQuery,
  type ModifyBody,
  type OfAccountBody,
  type OfAccountQuery,
  type OneOrderQuery,
  type PlaceBody,
  type TradesQuery,
} from './order-requests.ts';
import { OrderViews } from './order-views.ts';
import {
  CancelledOrdersView,
  ChangedOrderView,
  OrderBookView,
  OrderTimelineView,
  OrderTradesView,
  OrderView,
  PlacedOrderView,
} from './order.view.ts';
import { OrderPreviewView, OrderWriterView, ReconciledView, ResumedAccountView } from './risk.view.ts';
import { RiskViews } from './risk-views.ts';
import { resumeSchema, type ResumeBody } from './risk-requests.ts';
import { DENIAL_CODES, WRITER_CODES } from './order-codes.ts';

const BODY_CODES: readonly ErrorCode[] = ['BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'];
const ACCOUNT_CODES: readonly ErrorCode[] = [...CALLER_CODES, 'ACCOUNT_NOT_FOUND'];
const ORDER_CODES: readonly ErrorCode[] = [...ACCOUNT_CODES, 'ORDER_ID_INVALID', 'ORDER_UNKNOWN'];
const INSTRUMENT_CODES: readonly ErrorCode[] = ['INSTRUMENT_KEY_INVALID', 'SEGMENT_UNSUPPORTED'];
const CHANGE_CODES: readonly ErrorCode[] = [
  ...ORDER_CODES,
  ...WRITER_CODES,
  'IDEMPOTENCY_KEY_INVALID',
  'ORDER_NOT_WORKING',
  'ORDER_IN_DOUBT',
  'BROKER_REFUSED',
  'NOT_SENT',
];

const IN_BODY = { in: 'body', name: 'account_id' } as const;
const IN_QUERY = { in: 'query', name: 'account_id' } as const;

const KEY = 'idempotency-key';
const KeyHeader = (required: boolean): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required,
    description: '1 to 128 printable characters; the same key again gives the first answer and does nothing anew.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
  });

/** Orders: placed, changed, cancelled, looked at. */
@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    @Inject(OrderViews) private readonly orders: OrderViews,
    @Inject(RiskViews) private readonly risk: RiskViews,
  ) {}

  @Post('place')
  @HttpCode(202)
  @Access({ scope: 'trade', account: IN_BODY })
  @KeyHeader(true)
  @JsonBody(placeSchema)
  @Answers(
    PlacedOrderView,
    'Places an order',
    [
      ...ACCOUNT_CODES,
      ...WRITER_CODES,
      ...BODY_CODES,
      ...INSTRUMENT_CODES,
      ...DENIAL_CODES,
      'IDEMPOTENCY_KEY_INVALID',
      'ORDER_ID_INVALID',
      'ORDER_ID_REUSED',
    ],
    {
      status: 202,
      description:
        'Answered once the order is recorded, before the broker has it. Its id is made from user, account and key: a repeated ' +
        'request is the same order. A denial is 422 with every check and its numbers in `checks`, and the id in `context`. The outcome UNKNOWN ' +
        'means that no answer came: repeat it with the same key, or ask for the order; it may be at work.',
    },
  )
  async placeOrder(
    @Caller() caller: Principal,
    @Headers(KEY) key: unknown,
    @Body({ schema: placeSchema }) body: PlaceBody,
  ): Promise<PlacedOrderView> {
    const placed = await this.orders.place(caller, idempotencyKey(key), body);
    if (placed.denial !== null) throw new OrderDenied(placed.order_id, placed.denial);
    return placed;
  }

  @Post('preview')
  @HttpCode(200)
  @Access({ scope: 'read', account: IN_BODY })
  @JsonBody(placeSchema)
  @Answers(OrderPreviewView, 'Checks, slices, margin, charges and effect on the book of an order; sends nothing', [
    ...ACCOUNT_CODES,
    ...WRITER_CODES,
    ...BODY_CODES,
    ...INSTRUMENT_CODES,
  ])
  async previewOrder(
    @Caller() caller: Principal,
    @Body({ schema: placeSchema }) body: PlaceBody,
  ): Promise<OrderPreviewView> {
    return this.orders.preview(caller, body);
  }

  @Put('modify')
  @Access({ scope: 'trade', account: IN_BODY })
  @KeyHeader(false)
  @JsonBody(modifySchema)
  @Answers(
    ChangedOrderView,
    'Changes price, trigger or quantity of a working order',
    [...CHANGE_CODES, ...BODY_CODES, ...DENIAL_CODES, 'MODIFY_NOT_POSSIBLE'],
    {
      description:
        'Answered with the order after the broker has said what became of it. Checked as a new order in its place.',
    },
  )
  async modifyOrder(
    @Caller() caller: Principal,
    @Headers(KEY) key: unknown,
    @Body({ schema: modifySchema }) body: ModifyBody,
  ): Promise<ChangedOrderView> {
    return this.orders.modify(caller, optionalIdempotencyKey(key), body);
  }

  @Delete('cancel')
  @Access({ scope: 'trade', account: IN_QUERY })
  @KeyHeader(false)
  @Answers(ChangedOrderView, 'Cancels what of an order may still be filled', [...CHANGE_CODES, ...DENIAL_CODES])
  async cancelOrder(
    @Caller() caller: Principal,
    @Headers(KEY) key: unknown,
    @Query({ schema: cancelQuerySchema }) query: CancelQuery,
  ): Promise<ChangedOrderView> {
    return this.orders.cancel(caller, optionalIdempotencyKey(key), query.order_id, query.account_id);
  }

  @Delete('cancel-all')
  @Access({ scope: 'trade', account: IN_QUERY })
  @Answers(CancelledOrdersView, 'Cancels what works', [...ACCOUNT_CODES, ...WRITER_CODES, 'PRINCIPAL_NOT_ALLOWED'])
  async cancelAllOrders(
    @Caller() caller: Principal,
    @Query({ schema: cancelAllQuerySchema }) query: CancelAllQuery,
  ): Promise<CancelledOrdersView> {
    return this.orders.cancelAll(caller, query);
  }

  @Get('book')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderBookView, 'Orders of an account, newest first', ACCOUNT_CODES)
  async orderBook(
    @Caller() caller: Principal,
    @Query({ schema: bookQuerySchema }) query: BookQuery,
  ): Promise<OrderBookView> {
    return this.orders.book(caller, query);
  }

  @Get('trades')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderTradesView, 'Fills of an account, newest first', ACCOUNT_CODES)
  async orderTrades(
    @Caller() caller: Principal,
    @Query({ schema: tradesQuerySchema }) query: TradesQuery,
  ): Promise<OrderTradesView> {
    return this.orders.trades(caller, query);
  }

  @Get('writer')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderWriterView, 'How the one writer of an account does', [...ACCOUNT_CODES, 'WRITER_UNAVAILABLE'])
  async orderWriter(
    @Caller() caller: Principal,
    @Query({ schema: ofAccountQuerySchema }) query: OfAccountQuery,
  ): Promise<OrderWriterView> {
    return this.orders.writer(caller, query.account_id);
  }

  @Post('reconcile')
  @HttpCode(200)
  @Access({ scope: 'trade', account: IN_BODY })
  @JsonBody(ofAccountBodySchema)
  @Answers(ReconciledView, "Compares our orders with the broker's books now", [
    ...ACCOUNT_CODES,
    ...BODY_CODES,
    'WRITER_UNAVAILABLE',
  ])
  async reconcileOrders(
    @Caller() caller: Principal,
    @Body({ schema: ofAccountBodySchema }) body: OfAccountBody,
  ): Promise<ReconciledView> {
    return this.orders.reconcile(caller, body.account_id);
  }

  @Post('resume')
  @HttpCode(200)
  @Access({ scope: 'trade', person: true, account: IN_BODY })
  @JsonBody(resumeSchema)
  @Answers(ResumedAccountView, 'Ends the halt of an account', [
    ...ACCOUNT_CODES,
    ...BODY_CODES,
    'WRITER_UNAVAILABLE',
    'PRINCIPAL_NOT_ALLOWED',
  ])
  async resumeAccount(
    @Caller() caller: Principal,
    @Body({ schema: resumeSchema }) body: ResumeBody,
  ): Promise<ResumedAccountView> {
    return this.risk.resume(caller, body);
  }

  @Get(':order_id')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderView, 'One order with its orders at the broker', ORDER_CODES)
  async order(
    @Caller() caller: Principal,
    @Param('order_id', { schema: orderId }) id: string,
    @Query({ schema: oneOrderQuerySchema }) query: OneOrderQuery,
  ): Promise<OrderView> {
    return this.orders.order(caller, id, query.account_id);
  }

  @Get(':order_id/timeline')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderTimelineView, 'Every event of an order, oldest first', ORDER_CODES)
  async orderTimeline(
    @Caller() caller: Principal,
    @Param('order_id', { schema: orderId }) id: string,
    @Query({ schema: oneOrderQuerySchema }) query: OneOrderQuery,
  ): Promise<OrderTimelineView> {
    return this.orders.timeline(caller, id, query.account_id);
  }
}

/** Fills under the address that stands beside orders. */
@ApiTags('orders')
@Controller('trades')
export class TradesController {
  constructor(@Inject(OrderViews) private readonly orders: OrderViews) {}

  @Get()
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(OrderTradesView, 'Fills of an account, newest first', ACCOUNT_CODES)
  async trades(
    @Caller() caller: Principal,
    @Query({ schema: tradesQuerySchema }) query: TradesQuery,
  ): Promise<OrderTradesView> {
    return this.orders.trades(caller, query);
  }
}
