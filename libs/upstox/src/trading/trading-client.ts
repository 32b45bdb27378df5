import { type InstrumentKey, paiseToRupees, type Paise } from '@vega/kernel';
import { z } from 'zod';
import { badReply, readAs, readRows, rupees, supportedKey, type Rows, units } from '../market/rest/wire-values.ts';
import { UpstoxError } from '../wire/upstox-error.ts';
import { type BrokerOrder, brokerOrderSchema } from './broker-order.ts';
import type { TradingEndpoints } from './trading-endpoints.ts';
import type { TradingHttp, TradingRequest } from './trading-http.ts';

/** What leaves as one order. Prices in paise; a plain MARKET order cannot be stated. */
export interface OrderToPlace {
  readonly tag: string;
  readonly instrumentKey: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly product: 'I' | 'D' | 'MTF';
  readonly orderType: 'LIMIT' | 'SL';
  readonly validity: 'DAY' | 'IOC';
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
  readonly disclosedQty: number;
}

/** What a modify makes of an order. */
export interface OrderChange {
  readonly brokerOrderId: string;
  readonly orderType: 'LIMIT' | 'SL';
  readonly validity: 'DAY' | 'IOC';
  readonly quantity: number;
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
  readonly disclosedQty: number;
}

export interface BrokerPosition {
  readonly instrumentKey: InstrumentKey;
  readonly product: string;
  /** Net, signed units. */
  readonly quantity: number;
  readonly realisedPaise: Paise;
  readonly unrealisedPaise: Paise;
}

export interface BrokerFunds {
  readonly availablePaise: Paise;
  readonly usedPaise: Paise;
}

export interface BrokerTrade {
  readonly tradeId: string;
  readonly brokerOrderId: string;
  readonly instrumentKey: InstrumentKey;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly pricePaise: Paise;
}

export interface BrokerCharges {
  readonly totalPaise: Paise;
  readonly brokeragePaise: Paise;
  readonly taxesPaise: Paise;
}

export interface BrokerSegmentSwitch {
  readonly segment: string;
  readonly active: boolean;
  readonly killSwitchEnabled: boolean;
}

const orderIds = z.object({ order_ids: z.array(z.string().regex(/^[-a-zA-Z0-9]{1,64}$/)).min(1) });
const orderId = z.object({ order_id: z.string().min(1) });
const signed = z.int();
const rupeesOrZero = rupees.nullish().transform((value) => value ?? (0 as Paise));
const positionSchema = z
  .object({
    instrument_token: supportedKey,
    product: z.string().max(8),
    quantity: signed,
    realised: rupeesOrZero,
    unrealised: rupeesOrZero,
  })
  .transform((row): BrokerPosition => ({
    instrumentKey: row.instrument_token,
    product: row.product,
    quantity: row.quantity,
    realisedPaise: row.realised,
    unrealisedPaise: row.unrealised,
  }));
const tradeSchema = z
  .object({
    trade_id: z.string(),
    order_id: z.string(),
    instrument_token: supportedKey,
    transaction_type: z.enum(['BUY', 'SELL']),
    quantity: units,
    average_price: rupees,
  })
  .transform((row): BrokerTrade => ({
    tradeId: row.trade_id,
    brokerOrderId: row.order_id,
    instrumentKey: row.instrument_token,
    side: row.transaction_type,
    quantity: row.quantity,
    pricePaise: row.average_price,
  }));
const fundsSchema = z
  .object({ equity: z.object({ available_margin: rupees, used_margin: rupees }) })
  .transform(({ equity }): BrokerFunds => ({ availablePaise: equity.available_margin, usedPaise: equity.used_margin }));
const marginSchema = z.object({ final_margin: rupees });
const chargesSchema = z
  .object({
    charges: z.object({
      total: rupees,
      brokerage: rupees,
      taxes: z.object({ gst: rupees, stt: rupees, stamp_duty: rupees }),
    }),
  })
  .transform(({ charges: { total, brokerage, taxes } }): BrokerCharges => ({
    totalPaise: total,
    brokeragePaise: brokerage,
    taxesPaise: (taxes.gst + taxes.stt + taxes.stamp_duty) as Paise,
  }));
const switchesSchema = z.array(
  z
    .object({ segment: z.string(), segment_status: z.string(), kill_switch_enabled: z.boolean() })
    .transform((row): BrokerSegmentSwitch => ({
      segment: row.segment,
      active: row.segment_status === 'ACTIVE',
      killSwitchEnabled: row.kill_switch_enabled,
    })),
);
const authorization = z
  .object({ authorized_redirect_uri: z.string().optional(), authorizedRedirectUri: z.string().optional() })
  .transform((wire) => wire.authorized_redirect_uri ?? wire.authorizedRedirectUri);

/** What a caller wants to know and decide while an order leaves. */
export type OrderWatch = Pick<TradingRequest, 'lastLook' | 'onSent'>;

export interface TradingTimeouts {
  /** Place, modify, cancel: from sending to the last byte of the answer, milliseconds. */
  readonly orderMs: number;
  readonly readMs: number;
}

/**
 * One account's orders, books, positions and funds at Upstox. Every call is made once. Throws `UpstoxError`, whose
 * `outcome` says whether the effect may have happened.
 */
export class TradingClient {
  private readonly http: TradingHttp;
  private readonly endpoints: TradingEndpoints;
  private readonly timeouts: TradingTimeouts;

  constructor(
    http: TradingHttp,
    endpoints: TradingEndpoints,
    timeouts: TradingTimeouts = { orderMs: 5_000, readMs: 10_000 },
  ) {
    this.http = http;
    this.endpoints = endpoints;
    this.timeouts = timeouts;
  }

  /** Places one order; its id at the broker. */
  async place(order: OrderToPlace, watch: OrderWatch = {}): Promise<string> {
    const api = 'POST /v3/order/place';
    const envelope = await this.order(
      api,
      'POST',
      '/v3/order/place',
      {
        quantity: order.quantity,
        product: order.product,
        validity: order.validity,
        price: paiseToRupees(order.pricePaise),
        tag: order.tag,
        instrument_token: order.instrumentKey,
        order_type: order.orderType,
        transaction_type: order.side,
        disclosed_quantity: order.disclosedQty,
        trigger_price: paiseToRupees(order.triggerPricePaise),
        is_amo: false,
        slice: false,
      },
      watch,
    );
    const [id, more] = readAs(api, orderIds, envelope.data).order_ids;
    if (id === undefined || more !== undefined) throw badReply(api, 'not exactly one order');
    return id;
  }

  async modify(change: OrderChange): Promise<void> {
    const api = 'PUT /v3/order/modify';
    const envelope = await this.order(api, 'PUT', '/v3/order/modify', {
      order_id: change.brokerOrderId,
      order_type: change.orderType,
      validity: change.validity,
      quantity: change.quantity,
      price: paiseToRupees(change.pricePaise),
      trigger_price: paiseToRupees(change.triggerPricePaise),
      disclosed_quantity: change.disclosedQty,
    });
    readAs(api, orderId, envelope.data);
  }

  async cancel(brokerOrderId: string): Promise<void> {
    const api = 'DELETE /v3/order/cancel';
    const query = `?order_id=${encodeURIComponent(brokerOrderId)}`;
    const envelope = await this.order(api, 'DELETE', `/v3/order/cancel${query}`, undefined);
    readAs(api, orderId, envelope.data);
  }

  /** The order book of the day. A row that cannot be read makes the book incomplete: it is named. */
  fetchBook(): Promise<Rows<BrokerOrder>> {
    return this.rows('/v2/order/retrieve-all', (row) => brokerOrderSchema.safeParse(row));
  }

  /** One order by its id at the broker; undefined when the broker does not know it. */
  async fetchOrder(brokerOrderId: string): Promise<BrokerOrder | undefined> {
    const path = '/v2/order/details';
    try {
      const { data } = await this.read(path, `?order_id=${encodeURIComponent(brokerOrderId)}`);
      return readAs(`GET ${path}`, brokerOrderSchema, data);
    } catch (error) {
      if (isUnknownOrder(error)) return undefined;
      throw error;
    }
  }

  /** Ids at the broker of the orders that carry a tag; none when the broker knows none. */
  async fetchIdsByTag(tag: string): Promise<readonly string[]> {
    const path = '/v2/order/history';
    try {
      const { data } = await this.read(path, `?tag=${encodeURIComponent(tag)}`);
      const rows = readAs(`GET ${path}`, z.array(z.object({ order_id: z.string() })), data);
      return [...new Set(rows.map((row) => row.order_id))];
    } catch (error) {
      if (isUnknownOrder(error)) return [];
      throw error;
    }
  }

  fetchTrades(): Promise<Rows<BrokerTrade>> {
    return this.rows('/v2/order/trades/get-trades-for-day', (row) => tradeSchema.safeParse(row));
  }

  fetchPositions(): Promise<Rows<BrokerPosition>> {
    return this.rows('/v2/portfolio/short-term-positions', (row) => positionSchema.safeParse(row));
  }

  async fetchFunds(): Promise<BrokerFunds> {
    const path = '/v2/user/get-funds-and-margin';
    return readAs(`GET ${path}`, fundsSchema, (await this.read(path)).data);
  }

  /** The margin that an order would need, benefits of the book not counted, paise. */
  async fetchMargin(
    order: Pick<OrderToPlace, 'instrumentKey' | 'quantity' | 'side' | 'product' | 'pricePaise'>,
  ): Promise<Paise> {
    const api = 'POST /v2/charges/margin';
    const envelope = await this.http.call({
      api,
      method: 'POST',
      url: `${this.endpoints.rest}/v2/charges/margin`,
      body: {
        instruments: [
          {
            instrument_key: order.instrumentKey,
            quantity: order.quantity,
            transaction_type: order.side,
            product: order.product,
            ...(order.pricePaise > 0 ? { price: paiseToRupees(order.pricePaise) } : {}),
          },
        ],
      },
      timeoutMs: this.timeouts.readMs,
    });
    return readAs(api, marginSchema, envelope.data).final_margin;
  }

  /** What trading an order would cost in charges. */
  async fetchCharges(
    order: Pick<OrderToPlace, 'instrumentKey' | 'quantity' | 'side' | 'product' | 'pricePaise'>,
  ): Promise<BrokerCharges> {
    const path = '/v2/charges/brokerage';
    const query = new URLSearchParams({
      instrument_token: order.instrumentKey,
      quantity: String(order.quantity),
      product: order.product,
      transaction_type: order.side,
      price: String(paiseToRupees(order.pricePaise)),
    });
    return readAs(`GET ${path}`, chargesSchema, (await this.read(path, `?${query.toString()}`)).data);
  }

  async fetchKillSwitch(): Promise<readonly BrokerSegmentSwitch[]> {
    const path = '/v2/user/kill-switch';
    return readAs(`GET ${path}`, switchesSchema, (await this.read(path)).data);
  }

  /** Turns the broker's own kill switch of segments on or off; needs no open position there. */
  async setKillSwitch(segments: readonly string[], enable: boolean): Promise<readonly BrokerSegmentSwitch[]> {
    const api = 'POST /v2/user/kill-switch';
    const envelope = await this.http.call({
      api,
      method: 'POST',
      url: `${this.endpoints.rest}/v2/user/kill-switch`,
      body: segments.map((segment) => ({ segment, action: enable ? 'ENABLE' : 'DISABLE' })),
      timeoutMs: this.timeouts.orderMs,
    });
    return readAs(api, switchesSchema, envelope.data);
  }

  /** A one-time address of the stream of order updates. A secret. */
  async authorizeStream(): Promise<string> {
    const path = '/v2/feed/portfolio-stream-feed/authorize';
    const { data } = await this.read(path, '?update_types=order');
    const url = readAs(`GET ${path}`, authorization, data);
    if (url === undefined || !isStreamUrl(this.endpoints, url)) throw badReply(`GET ${path}`, 'no address of a stream');
    return url;
  }

  private order(
    api: string,
    method: TradingRequest['method'],
    path: string,
    body: unknown,
    watch: OrderWatch = {},
  ): ReturnType<TradingHttp['call']> {
    const { orders } = this.endpoints;
    return this.http.call({ api, method, url: `${orders}${path}`, body, timeoutMs: this.timeouts.orderMs, ...watch });
  }

  private read(path: string, query = ''): ReturnType<TradingHttp['call']> {
    const url = `${this.endpoints.rest}${path}${query}`;
    return this.http.call({ api: `GET ${path}`, method: 'GET', url, timeoutMs: this.timeouts.readMs });
  }

  private async rows<T>(path: string, parse: Parameters<typeof readRows<T>>[1]): Promise<Rows<T>> {
    return readRows(`GET ${path}`, parse, (await this.read(path)).data);
  }
}

function isUnknownOrder(error: unknown): boolean {
  return error instanceof UpstoxError && error.upstreamCode === 'UDAPI100010';
}

function isStreamUrl({ streamDomain }: TradingEndpoints, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (streamDomain === undefined) return url.protocol === 'ws:' || url.protocol === 'wss:';
  return url.protocol === 'wss:' && (url.hostname === streamDomain || url.hostname.endsWith(`.${streamDomain}`));
}
