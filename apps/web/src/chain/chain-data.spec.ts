import type { ChainRowView, ChainView } from '@vega/client';
import { ChainData, rowKey, type LiveChainRow } from './chain-data.ts';

type Contract = NonNullable<ChainRowView['call']>;

function row(strike: number, callOi = 0, putOi = 0): ChainRowView {
  const side = (oi: number): Contract => ({ oi, status: 'OK', last_price: 10 }) as unknown as Contract;
  return { strike, call: side(callOi), put: side(putOi) };
}

function chainOf(rows: ChainRowView[], change: Partial<ChainView> = {}): ChainView {
  return {
    epoch: 1,
    seq: 1,
    spot: 24_990,
    forward: { price: 25_010, source: 'PARITY', strikes_used: 5, standard_error: 0.1 },
    atm_strike: 25_000,
    analytics: { support: [{ strike: 24_900, oi: 9, oi_change: null }], resistance: [] },
    rows,
    ...change,
  } as unknown as ChainView;
}

function stage() {
  const flushes: (() => void)[] = [];
  const chain = new ChainData(
    () => 0,
    (flush) => void flushes.push(flush),
  );
  const drawn: string[] = [];
  const watch = (key: string): void => void chain.rows.subscribe(key, () => drawn.push(key));
  const flush = (): string[] => {
    for (const one of flushes.splice(0)) one();
    return drawn.splice(0);
  };
  const at = (strike: number): LiveChainRow | undefined => chain.rows.get(rowKey(strike));
  return { chain, watch, flush, at };
}

const LADDER = [row(24_900, 10, 40), row(25_000, 20, 30), row(25_100, 80, 5)];

describe('a live chain', () => {
  it('holds each strike with what the chain as a whole says of it', () => {
    const { chain, at } = stage();
    chain.take(chainOf(LADDER), true);
    expect(chain.strikes.get()).toEqual(['24900.00', '25000.00', '25100.00']);
    expect(at(25_000)).toMatchObject({ isAtm: true, callItm: true, putItm: false, support: 0 });
    expect(at(24_900)).toMatchObject({ isAtm: false, callItm: true, support: 1 });
    expect(at(25_100)).toMatchObject({ callItm: false, putItm: true, resistance: 0 });
  });

  it('draws anew only what changed', () => {
    const { chain, watch, flush } = stage();
    chain.take(chainOf(LADDER), true);
    for (const key of chain.strikes.get()) watch(key);
    flush();
    chain.take(chainOf([row(25_100, 81, 5)], { seq: 2 }), false);
    expect(flush()).toEqual(['25100.00']);
    expect(chain.strikes.get()).toHaveLength(3);
  });

  it('draws the rows between which the money moved', () => {
    const { chain, watch, flush, at } = stage();
    chain.take(chainOf(LADDER), true);
    for (const key of chain.strikes.get()) watch(key);
    flush();
    const forward = { price: 25_080, source: 'PARITY', strikes_used: 5, standard_error: 0.1 } as const;
    chain.take(chainOf([], { seq: 2, atm_strike: 25_100, forward }), false);
    expect(flush().sort()).toEqual(['25000.00', '25100.00']);
    expect(at(25_100)).toMatchObject({ isAtm: true, callItm: false });
    expect(at(25_000)).toMatchObject({ isAtm: false });
  });

  it('takes nothing older, and what follows another replica', () => {
    const { chain, at } = stage();
    chain.take(chainOf(LADDER, { seq: 7 }), true);
    chain.take(chainOf([row(25_000, 999)], { seq: 6 }), false);
    expect(at(25_000)?.view.call?.oi).toBe(20);
    chain.take(chainOf([row(25_000, 21)], { epoch: 2, seq: 1 }), true);
    expect(at(25_000)?.view.call?.oi).toBe(21);
    expect(chain.strikes.get()).toEqual(['25000.00']);
    chain.take(chainOf([row(25_000, 1)], { epoch: 1, seq: 99 }), true);
    expect(at(25_000)?.view.call?.oi).toBe(21);
  });

  it('scales bars to the rows that are on the screen', () => {
    const { chain, at } = stage();
    chain.take(chainOf(LADDER), true);
    chain.show(['24900.00', '25000.00']);
    expect(at(25_000)?.oiScale).toBe(40);
    chain.show(['25100.00']);
    expect(at(25_000)?.oiScale).toBe(80);
  });
});
