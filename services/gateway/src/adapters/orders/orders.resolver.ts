import { Inject } from '@nestjs/common';
import { Args, Context, Float, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { idempotencyKey, optionalIdempotencyKey } from '../../app/orders/idempotency-key.ts';
import type { Principal } from '../../app/principal.ts';
import { OrdersChannel } from '../../app/stream/orders/orders-channel.ts';
import { RATES_HZ } from '../../app/stream/protocol.ts';
import { given } from '../graphql/given.ts';
import { LiveFeeds, type LiveContext } from '../graphql/live-feeds.ts';
import { Access, Caller } from '../http/access.ts';
import { validated } from '../http/requests.ts';
import { WholeNumber } from '../http/views/whole-number.ts';
import { ORDER_STATUSES } from './order-words.ts';
import { OrderTermsInput } from './order.input.ts';
import {
  accountId,
  bookQuerySchema,
  cancelAllQuerySchema,
  cancelQuerySchema,
  modifySchema,
  orderId,
  placeSchema,
  tradesQuerySchema,
} from './order-requests.ts';
import { OrderViews } from './order-views.ts';
import {
  CancelledOrdersView,
  ChangedOrderView,
  OrderBookView,
  OrdersUpdateView,
  OrderTimelineView,
  OrderTradesView,
  OrderView,
  PlacedOrderView,
} from './order.view.ts';
import { OrderPreviewView, OrderWriterView, ReconciledView } from './risk.view.ts';
import { toEventView, toOrderView } from './to-order-views.ts';

const ACCOUNT = { type: () => String, description: 'Identity of the broker account.' };
const ORDER = { type: () => String, description: '26 characters of a-z and 2-7.' };
const KEY = {
  type: () => String,
  description: '1 to 128 printable characters; the same key again gives the first answer and does nothing anew.',
};
const text = (description: string) => ({ type: () => String, nullable: true, description });
const LIMIT = { type: () => Int, nullable: true, description: '1 to 500; 100 when absent.' };
const CURSOR = text('`next_cursor` of an earlier answer.');
const rupees = (description: string) => ({ type: () => Float, nullable: true, description });

const IN_ARGS = { in: 'args', name: 'account_id' } as const;

/** Orders: the answers of REST under `/api/v1/orders`, and orders live. */
@Resolver()
export class OrdersResolver {
  constructor(
    @Inject(OrderViews) private readonly orders: OrderViews,
    @Inject(OrdersChannel) private readonly channel: OrdersChannel,
    @Inject(LiveFeeds) private readonly feeds: LiveFeeds,
  ) {}

  @Query(() => OrderBookView, { nullable: true, description: 'Orders of an account, newest first.' })
  @Access({ scope: 'read', account: IN_ARGS })
  async order_book(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('status', { type: () => [String], nullable: true, description: `Of ${ORDER_STATUSES.join(', ')}.` })
    status: string[] | null | undefined,
    @Args('working', { type: () => Boolean, defaultValue: false, description: 'Only what may still be filled.' })
    working: boolean,
    @Args('instrument_key', text('All when absent.')) instrument_key: string | null | undefined,
    @Args('strategy', text('All when absent.')) strategy: string | null | undefined,
    @Args('from', text('First day, YYYY-MM-DD (IST); today when absent.')) from: string | null | undefined,
    @Args('to', text('Last day, YYYY-MM-DD (IST).')) to: string | null | undefined,
    @Args('limit', LIMIT) limit: number | null | undefined,
    @Args('cursor', CURSOR) cursor: string | null | undefined,
  ): Promise<OrderBookView> {
    const asked = given({ account_id, instrument_key, strategy, from, to, limit, cursor, status: status?.join(',') });
    return this.orders.book(
      caller,
      await validated(bookQuerySchema, { ...asked, working: String(working) }, 'order_book'),
    );
  }

  @Query(() => OrderTradesView, { nullable: true, description: 'Fills of an account, newest first.' })
  @Access({ scope: 'read', account: IN_ARGS })
  async order_trades(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('order_id', text('Only those of this order.')) order_id: string | null | undefined,
    @Args('instrument_key', text('All when absent.')) instrument_key: string | null | undefined,
    @Args('strategy', text('All when absent.')) strategy: string | null | undefined,
    @Args('from', text('First day, YYYY-MM-DD (IST); today when absent.')) from: string | null | undefined,
    @Args('to', text('Last day, YYYY-MM-DD (IST).')) to: string | null | undefined,
    @Args('limit', LIMIT) limit: number | null | undefined,
    @Args('cursor', CURSOR) cursor: string | null | undefined,
  ): Promise<OrderTradesView> {
    const asked = given({ account_id, order_id, instrument_key, strategy, from, to, limit, cursor });
    return this.orders.trades(caller, await validated(tradesQuerySchema, asked, 'order_trades'));
  }

  @Query(() => OrderView, { nullable: true, description: 'One order with its orders at the broker.' })
  @Access({ scope: 'read' })
  async order(@Caller() caller: Principal, @Args('order_id', ORDER) order_id: string): Promise<OrderView> {
    return this.orders.order(caller, await validated(orderId, order_id, 'order_id'));
  }

  @Query(() => OrderTimelineView, { nullable: true, description: 'Every event of an order, oldest first.' })
  @Access({ scope: 'read' })
  async order_timeline(
    @Caller() caller: Principal,
    @Args('order_id', ORDER) order_id: string,
  ): Promise<OrderTimelineView> {
    return this.orders.timeline(caller, await validated(orderId, order_id, 'order_id'));
  }

  @Query(() => OrderPreviewView, {
    nullable: true,
    description: 'Checks, slices, margin, charges and effect on the book of an order; sends nothing.',
  })
  @Access({ scope: 'read', account: IN_ARGS })
  async order_preview(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('order', { type: () => OrderTermsInput }) order: OrderTermsInput,
  ): Promise<OrderPreviewView> {
    return this.orders.preview(caller, await termsOf(account_id, order));
  }

  @Query(() => OrderWriterView, { nullable: true, description: 'How the one writer of an account does.' })
  @Access({ scope: 'read', account: IN_ARGS })
  async order_writer(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
  ): Promise<OrderWriterView> {
    return this.orders.writer(caller, await validated(accountId, account_id, 'account_id'));
  }

  @Mutation(() => PlacedOrderView, {
    nullable: true,
    description: 'Places an order; a denial is an answer like any other, with every check and its numbers.',
  })
  @Access({ scope: 'trade', account: IN_ARGS })
  async place_order(
    @Caller() caller: Principal,
    @Args('idempotency_key', KEY) key: string,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('order', { type: () => OrderTermsInput }) order: OrderTermsInput,
  ): Promise<PlacedOrderView> {
    return this.orders.place(caller, idempotencyKey(key), await termsOf(account_id, order));
  }

  @Mutation(() => ChangedOrderView, { nullable: true, description: 'Changes price, trigger or quantity.' })
  @Access({ scope: 'trade' })
  async modify_order(
    @Caller() caller: Principal,
    @Args('order_id', ORDER) order_id: string,
    @Args('quantity', { type: () => WholeNumber, nullable: true, description: 'That of the whole order, units.' })
    quantity: number | null | undefined,
    @Args('price', rupees('Limit, rupees.')) price: number | null | undefined,
    @Args('trigger_price', rupees('Rupees; for SL only.')) trigger_price: number | null | undefined,
    @Args('idempotency_key', { ...KEY, nullable: true }) key: string | null | undefined,
  ): Promise<ChangedOrderView> {
    const body = await validated(modifySchema, given({ order_id, quantity, price, trigger_price }), 'modify_order');
    return this.orders.modify(caller, optionalIdempotencyKey(key), body);
  }

  @Mutation(() => ChangedOrderView, { nullable: true, description: 'Cancels what of an order may still be filled.' })
  @Access({ scope: 'trade' })
  async cancel_order(
    @Caller() caller: Principal,
    @Args('order_id', ORDER) order_id: string,
    @Args('idempotency_key', { ...KEY, nullable: true }) key: string | null | undefined,
  ): Promise<ChangedOrderView> {
    const query = await validated(cancelQuerySchema, { order_id }, 'cancel_order');
    return this.orders.cancel(caller, optionalIdempotencyKey(key), query.order_id);
  }

  @Mutation(() => CancelledOrdersView, { nullable: true, description: 'Cancels what works.' })
  @Access({ scope: 'trade', account: IN_ARGS })
  async cancel_all_orders(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('strategy', text('Only those of this strategy.')) strategy: string | null | undefined,
    @Args('instrument_key', text('Only those in this instrument.')) instrument_key: string | null | undefined,
  ): Promise<CancelledOrdersView> {
    const asked = given({ account_id, strategy, instrument_key });
    return this.orders.cancelAll(caller, await validated(cancelAllQuerySchema, asked, 'cancel_all_orders'));
  }

  @Mutation(() => ReconciledView, { nullable: true, description: "Compares our orders with the broker's books now." })
  @Access({ scope: 'trade', account: IN_ARGS })
  async reconcile_orders(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
  ): Promise<ReconciledView> {
    return this.orders.reconcile(caller, await validated(accountId, account_id, 'account_id'));
  }

  @Subscription(() => OrdersUpdateView, {
    name: 'orders',
    description: 'Open orders of an account, then what happens to them, event by event.',
  })
  @Access({ scope: 'read', account: IN_ARGS })
  followOrders(
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('rate_hz', {
      type: () => Int,
      defaultValue: RATES_HZ[0],
      description: 'Updates per second at most: 10 or 2.',
    })
    rate_hz: number,
    @Context() context: LiveContext,
  ): Promise<AsyncIterableIterator<{ readonly orders: OrdersUpdateView }>> {
    return this.feeds.follow(context, this.channel, { account_id, rate_hz }, ({ seq, snapshot, body }, time_ms) => ({
      orders: {
        seq,
        snapshot,
        time_ms,
        account_id: body.accountId,
        account_seq: body.accountSeq,
        orders: body.orders.map(toOrderView),
        events: body.events.map(toEventView),
      },
    }));
  }
}

function termsOf(account_id: string, order: OrderTermsInput) {
  return validated(placeSchema, { account_id, ...given({ ...order }) }, 'order');
}
