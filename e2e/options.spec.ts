// An option chain as its users meet it: REST, GraphQL, the stream and the bus tell the same numbers under the same sequence.
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { followChain, StreamClient, type ChainRowView, type ChainView, type StreamSocket } from '@vega/client';
import { ChainUpdate, subjects, type ChainRow, type ChainSide } from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { WebSocket } from 'ws';
import { asUser } from '../tools/bus/bus-keys.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
const place = ({ epoch, seq }: { epoch: number; seq: number }): string => `${epoch} ${seq}`;

/** Everything of a row but its ages, which grow. */
const figures = (rows: readonly ChainRowView[]): unknown =>
  rows.map((row) => ({
    ...row,
    call: row.call && { ...row.call, age_ms: 0 },
    put: row.put && { ...row.put, age_ms: 0 },
  }));

/** The figures of a bus row that REST shows in other units. */
const ofBus = (rows: readonly ChainRow[]): unknown =>
  rows.map(({ strikePaise, call, put }) => [strikePaise / 100, sideOfBus(call), sideOfBus(put)]);
const sideOfBus = (side: ChainSide | undefined): unknown =>
  side === undefined
    ? null
    : [
        side.instrumentKey,
        (side.lastPricePaise ?? NaN) / 100,
        side.oi ?? null,
        side.iv === undefined ? null : side.iv * 100,
        side.greeks?.delta ?? null,
      ];
const ofRest = (rows: readonly ChainRowView[]): unknown =>
  rows.map(({ strike, call, put }) => [strike, sideOfRest(call), sideOfRest(put)]);
const sideOfRest = (side: ChainRowView['call']): unknown =>
  side === null ? null : [side.instrument_key, side.last_price ?? NaN, side.oi, side.iv, side.delta];

describe('an option chain', () => {
  let stack: TestStack;
  let nc: NatsConnection;
  let stream: StreamClient;
  /** The chain of each place in its sequence, as the bus adds up to it. */
  const onBus = new Map<string, readonly ChainRow[]>();
  const onStream = new Map<string, ChainView>();
  const snapshots: boolean[] = [];

  beforeAll(async () => {
    stack = await startTestStack({ withinMs: 280_000 });
    const { nats, gateway } = stack.addresses;
    nc = await connect({ servers: nats, ...asUser(stack.addresses.bus, 'operator') });
    let rows = new Map<number, ChainRow>();
    nc.subscribe(subjects.chains(NIFTY), {
      callback: (_error, message) => {
        const update = ChainUpdate.decode(message.data);
        if (update.full) rows = new Map();
        else if (rows.size === 0) return;
        for (const row of update.rows) rows.set(row.strikePaise, row);
        onBus.set(place(update), [...rows.values()]);
      },
    });
    await nc.flush();
    stream = new StreamClient({
      url: `${gateway.replace('http', 'ws')}/stream`,
      openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
      token: () => stack.token(),
    }).start();
    followChain(stream, { instrument_key: 'NIFTY' }, ({ chain, snapshot }) => {
      snapshots.push(snapshot);
      onStream.set(place(chain), chain);
    });
  }, 300_000);
  afterAll(async () => {
    stream.close();
    await nc.close();
    await stack.close();
  }, 60_000);

  const rest = async (): Promise<ChainView> =>
    (await (await stack.fetch('/api/v1/options/chain?instrument_key=NIFTY')).json()) as ChainView;
  const graphql = async (): Promise<Pick<ChainView, 'epoch' | 'seq' | 'rows'>> => {
    const side = 'instrument_key last_price oi iv delta';
    const query = `{ option_chain(instrument_key: "NIFTY") { epoch seq rows { strike call { ${side} } put { ${side} } } } }`;
    const response = await stack.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: { option_chain: ChainView }; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.option_chain;
  };

  it('moves, with a status for every contract and Greeks for those in order', async () => {
    const first = await eventually(
      async () => {
        const chain = await rest();
        return Array.isArray(chain.rows) && chain.silent === 0 ? chain : undefined;
      },
      { withinMs: 60_000, everyMs: 250, what: 'a whole chain' },
    );
    expect(first.rows.length).toBeGreaterThan(20);
    expect(first.forward?.source).toBe('PARITY');
    const sides = first.rows.flatMap(({ call, put }) => [call, put]).filter((side) => side !== null);
    for (const side of sides) {
      if (side.status === 'OK')
        expect([side.instrument_key, (side.iv ?? 0) > 0, side.delta !== null]).toEqual([
          side.instrument_key,
          true,
          true,
        ]);
    }
    expect(sides.filter(({ status }) => status === 'OK').length).toBeGreaterThan(sides.length / 2);
    await eventually(
      async () => {
        const now = await rest();
        return (
          now.epoch === first.epoch &&
          now.seq > first.seq &&
          JSON.stringify(figures(now.rows)) !== JSON.stringify(figures(first.rows))
        );
      },
      { withinMs: 60_000, everyMs: 250, what: 'a chain that moves' },
    );
  });

  it('is the same at every door under one sequence', async () => {
    const seen = { stream: 0, graphql: 0 };
    await eventually(
      async () => {
        const [chain, other] = await Promise.all([rest(), graphql()]);
        const bus = onBus.get(place(chain));
        if (bus === undefined) return false;
        expect(ofRest(chain.rows)).toEqual(ofBus(bus));
        const otherBus = onBus.get(place(other));
        if (otherBus !== undefined) {
          expect(ofRest(other.rows)).toEqual(ofBus(otherBus));
          seen.graphql += 1;
        }
        const streamed = onStream.get(place(chain));
        if (streamed !== undefined) {
          expect(figures(streamed.rows)).toEqual(figures(chain.rows));
          expect([streamed.atm_strike, streamed.analytics, streamed.forward]).toEqual([
            chain.atm_strike,
            chain.analytics,
            chain.forward,
          ]);
          seen.stream += 1;
        }
        return seen.stream >= 3 && seen.graphql >= 3;
      },
      { withinMs: 120_000, everyMs: 100, what: 'the same place of the sequence at every door, three times' },
    );
    // The stream brought the whole once, then what changed.
    expect(snapshots[0]).toBe(true);
    expect(snapshots.filter((one) => !one).length).toBeGreaterThan(5);
    expect(stream.gaps).toBe(0);
  });

  it('refuses bad questions with a problem each, and computes nothing', async () => {
    const ask = async (path: string, body?: unknown): Promise<[number, string, string | null]> => {
      const response = await stack.fetch(`/api/v1/options/${path}`, {
        ...(body === undefined
          ? {}
          : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const { code } = (await response.json()) as { code: string };
      return [response.status, code, response.headers.get('content-type')];
    };
    const problem = expect.stringContaining('application/problem+json');
    const legs = (count: number, more: object = {}): object => ({
      instrument_key: 'NIFTY',
      legs: Array.from({ length: count }, () => ({
        kind: 'CALL',
        expiry_date: '2020-01-01',
        strike: 100,
        side: 'BUY',
        lots: 1,
        ...more,
      })),
    });
    expect(await ask('chain?instrument_key=NOBODY')).toEqual([404, 'UNKNOWN_INSTRUMENT', problem]);
    expect(await ask('chain?instrument_key=NIFTY&expiry_date=2020-01-01')).toEqual([422, 'EXPIRY_PAST', problem]);
    expect(await ask('chain?instrument_key=NIFTY&expiry_date=soon')).toEqual([400, 'BAD_REQUEST', problem]);
    expect(await ask('chain?instrument_key=NIFTY&greeks=mine')).toEqual([400, 'BAD_REQUEST', problem]);
    expect(await ask('payoff', legs(1))).toEqual([422, 'EXPIRY_PAST', problem]);
    expect(await ask('payoff', legs(1, { lots: 0 }))).toEqual([400, 'BAD_REQUEST', problem]);
    expect(await ask('payoff', legs(51))).toEqual([400, 'BAD_REQUEST', problem]);
    expect(await ask('payoff', legs(10_000))).toEqual([413, 'BODY_TOO_LARGE', problem]);
  });
});
