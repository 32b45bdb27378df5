// REST, GraphQL, gRPC and the stream over one running gateway: each carries the `seq` of a quote, and equal seq means equal values.
import { paiseToRupees } from '@vega/kernel';
import type { Tick } from '@vega/contracts';
import { eventually, withSeed } from '@vega/testkit';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { MARKET_DATA } from '../src/adapters/grpc/definitions.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { GrpcProbe } from './grpc-client.ts';
import { NIFTY, OPTION, RELIANCE } from './market-feed-stand-in.ts';
import { StreamProbe } from './stream-probe.ts';

const KEYS = [NIFTY, RELIANCE, OPTION];

/** What every door says of a state. */
const FIGURES = [
  'feed_epoch',
  'seq',
  'last_price',
  'last_qty',
  'prev_close',
  'avg_price',
  'volume',
  'oi',
  'bid_price',
  'bid_qty',
  'ask_price',
  'ask_qty',
  'total_buy_qty',
  'total_sell_qty',
  'exchange_time_ms',
  'last_trade_time_ms',
  'received_at_ms',
  'stale',
] as const;
type Figures = Record<(typeof FIGURES)[number], unknown>;

const RUPEES = (paise: number | undefined): number | null =>
  paise === undefined || paise === 0 ? null : paiseToRupees(paise);

function pick(quote: Record<string, unknown>): Figures {
  return Object.fromEntries(FIGURES.map((name) => [name, quote[name]])) as Figures;
}

/** The figures of a tick, written out anew: what the doors say is held against this, not against each other alone. */
function figuresOfTick(tick: Tick, stale: boolean): Figures {
  const [best] = tick.depth;
  return {
    feed_epoch: tick.feedEpoch,
    seq: tick.seq,
    last_price: RUPEES(tick.lastPricePaise),
    last_qty: tick.lastQty === 0 ? null : tick.lastQty,
    prev_close: RUPEES(tick.prevClosePaise),
    avg_price: RUPEES(tick.avgPricePaise),
    volume: tick.volume ?? null,
    oi: tick.oi ?? null,
    bid_price: RUPEES(best?.bidPricePaise),
    bid_qty: best?.bidQty ?? null,
    ask_price: RUPEES(best?.askPricePaise),
    ask_qty: best?.askQty ?? null,
    total_buy_qty: tick.totalBuyQty ?? null,
    total_sell_qty: tick.totalSellQty ?? null,
    exchange_time_ms: tick.marketTimeMs,
    last_trade_time_ms: tick.lastTradeTimeMs,
    received_at_ms: Math.floor(tick.receivedTimeUs / 1000),
    stale,
  };
}

/** What was heard at each door, by instrument and place in the sequence. */
class Ledger {
  readonly heard = new Map<string, Map<string, Figures>>();

  note(door: string, key: string, figures: Figures): void {
    const place = `${key} ${String(figures.feed_epoch)}/${String(figures.seq)}`;
    const doors = this.heard.get(place) ?? new Map<string, Figures>();
    const before = doors.get(door);
    if (before !== undefined) expect(figures).toEqual(before);
    doors.set(door, figures);
    this.heard.set(place, doors);
  }
}

describe('four doors', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it(
    'say the same of the same state, and all that they say is what was published',
    () =>
      withSeed(20_261_123, async (random) => {
        const ledger = new Ledger();
        const published = new Map<string, Tick>();
        const put = (key: string, tick: Tick): void => void published.set(`${key} ${tick.feedEpoch}/${tick.seq}`, tick);
        for (const key of KEYS) {
          const tick = gateway.feed.ticks.get(key);
          if (tick !== undefined) put(key, tick);
        }

        const stream = await StreamProbe.open(gateway.url);
        await stream.subscribe(KEYS);
        const grpc = new GrpcProbe(gateway.grpc);
        const grpcStream = grpc.stream(MARKET_DATA.StreamQuotes, { symbols: KEYS, rateHz: 10 });
        const client = createClient({
          url: `${gateway.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
        });
        const live: Record<string, unknown>[] = [];
        const stop = client.subscribe<{ quotes: { quotes: Record<string, unknown>[] } }>(
          {
            query: `subscription Q($keys: [String!]!) { quotes(instruments: $keys) { quotes { instrument_key ${FIGURES.join(' ')} } } }`,
            variables: { keys: KEYS },
          },
          {
            next: ({ data }) => live.push(...(data?.quotes.quotes ?? [])),
            error: () => undefined,
            complete: () => undefined,
          },
        );
        await eventually(() => live.length >= KEYS.length && grpcStream.messages.length > 0, { withinMs: 5_000 });

        const askAll = async (key: string): Promise<void> => {
          const rest = await gateway.get(`/api/v1/market/quote/${encodeURIComponent(key)}`);
          ledger.note('REST', key, pick(rest.body));
          const query = `query Q($symbol: String!) { quote(symbol: $symbol) { ${FIGURES.join(' ')} } }`;
          const graphql = await gateway.get('/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query, variables: { symbol: key } }),
          });
          ledger.note('GraphQL', key, pick((graphql.body['data'] as { quote: Record<string, unknown> }).quote));
          const { quotes } = await grpc.call(MARKET_DATA.GetQuotes, { symbols: [key] });
          const tick = quotes[0]?.tick;
          if (tick !== undefined) ledger.note('gRPC', key, figuresOfTick(tick, false));
        };

        for (let round = 0; round < 15; round += 1) {
          for (let n = random.integer(1, 6); n > 0; n -= 1) {
            const key = random.pick(KEYS);
            const price = random.integer(1, 5_000_000);
            const level = { bidQty: 65, bidPricePaise: price - 5, askQty: 130, askPricePaise: price + 5 };
            put(
              key,
              gateway.feed.publish(key, { lastPricePaise: price, volume: random.integer(0, 1e10), depth: [level] }),
            );
          }
          const sent = KEYS.map((key) => [key, gateway.feed.ticks.get(key)?.seq ?? 0] as const);
          for (const key of KEYS) await askAll(key);
          const reached = (seqs: (key: string) => number[]): boolean =>
            sent.every(([key, seq]) => seqs(key).includes(seq));
          await eventually(
            () =>
              reached((key) => stream.quotes(key).map((quote) => quote.seq)) &&
              reached((key) => live.filter((one) => one['instrument_key'] === key).map((one) => Number(one['seq']))) &&
              reached((key) =>
                grpcStream.messages.flatMap((message) =>
                  message.quotes.filter((one) => one.instrumentKey === key).map((one) => one.tick?.seq ?? 0),
                ),
              ),
            { withinMs: 5_000, what: 'the newest state at every live door' },
          );
        }
        for (const key of KEYS) for (const quote of stream.quotes(key)) ledger.note('stream', key, pick(quote));
        for (const one of live) ledger.note('GraphQL live', String(one['instrument_key']), pick(one));
        for (const { tick, instrumentKey, stale } of grpcStream.messages.flatMap((message) => message.quotes)) {
          if (tick !== undefined) ledger.note('gRPC live', instrumentKey, figuresOfTick(tick, stale));
        }

        let complete = 0;
        for (const [place, doors] of ledger.heard) {
          const tick = published.get(place);
          expect([place, tick === undefined]).toEqual([place, false]);
          if (tick === undefined) continue;
          for (const [door, figures] of doors)
            expect([place, door, figures]).toEqual([place, door, figuresOfTick(tick, false)]);
          if (doors.size === 6) complete += 1;
        }
        // Each round ends with a state of each instrument that all have told; those that did not change count once.
        expect(complete).toBeGreaterThanOrEqual(15);

        stop();
        await client.dispose();
        grpcStream.call.cancel();
        grpc.close();
        stream.close();
      }),
    40_000,
  );
});
