import { BuildUp, ChainRow, ChainSide, SpotState, Tick, TickMode, TickSource, type Greeks } from '@vega/contracts';
import { istDate, istInstant, marketInstant } from '@vega/kernel';
import { SEED_HOLIDAYS, tradingCalendar } from '@vega/rulebook';
import fc from 'fast-check';
import { buildUpOf } from './build-up.ts';
import { ChainInterestBook, INTEREST_LEASE_MS, TOUCH_MS } from './chain-interest.ts';
import { emptyQuote, takeTick } from './chain-quotes.ts';
import { FEWEST_DAYS, ivStanding } from './iv-rank.ts';
import { ownerOf } from './rendezvous.ts';
import { changedRows } from './row-changes.ts';
import { RunningAverage } from './settlement-window.ts';
import { spotCounts, spotState } from './spot-state.ts';

const calendar = tradingCalendar(SEED_HOLIDAYS, { beyondCoverage: 'weekdays' });

describe('a keeper', () => {
  const replicas = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });

  it('is the same whatever the order, and a replica that goes moves only what it had', () => {
    fc.assert(
      fc.property(replicas, fc.string(), (names, key) => {
        const owner = ownerOf(key, names);
        expect(ownerOf(key, [...names].reverse())).toBe(owner);
        for (const gone of names) {
          const left = names.filter((one) => one !== gone);
          if (gone !== owner) expect(ownerOf(key, left)).toBe(owner);
        }
      }),
    );
    expect(ownerOf('x', [])).toBeUndefined();
  });

  it('spreads underlyings evenly over names that differ in one letter', () => {
    const names = ['options-1', 'options-2', 'options-3'];
    const counts = new Map<string, number>();
    for (let n = 0; n < 3_000; n += 1) {
      const owner = ownerOf(`NSE_EQ|INE${n}`, names) ?? '';
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const name of names) expect(Math.abs((counts.get(name) ?? 0) - 1_000)).toBeLessThan(150);
  });
});

describe('a quote', () => {
  const tick = (more: Partial<Tick>): Tick =>
    Tick.create({
      feedEpoch: 2,
      source: TickSource.FEED_LIVE,
      mode: TickMode.FULL,
      lastPricePaise: 100,
      oi: 7,
      ...more,
    });

  it('takes what is newer, says what was missed, and keeps OI that a lighter mode does not tell', () => {
    const quote = emptyQuote('k');
    expect(takeTick(quote, tick({ seq: 5 }))).toBe('changed');
    expect(takeTick(quote, tick({ seq: 5 }))).toBe('old');
    expect(takeTick(quote, tick({ seq: 6, feedEpoch: 1 }))).toBe('old');
    expect(takeTick(quote, tick({ seq: 8, oi: undefined }))).toBe('gap');
    expect(quote.oi).toBe(7);
    expect(takeTick(quote, tick({ seq: 1, feedEpoch: 3 }))).toBe('changed');
    // A reading by REST carries no sequence of its own and does not move it.
    expect(takeTick(quote, tick({ seq: 1, feedEpoch: 3, source: TickSource.REST }))).toBe('changed');
    expect(takeTick(quote, tick({ seq: 2, feedEpoch: 3 }))).toBe('changed');
  });
});

describe('build-up', () => {
  it.each([
    [110, 100, 5, BuildUp.LONG_BUILD_UP],
    [90, 100, 5, BuildUp.SHORT_BUILD_UP],
    [110, 100, -5, BuildUp.SHORT_COVERING],
    [90, 100, -5, BuildUp.LONG_UNWINDING],
    [100, 100, 5, BuildUp.UNSPECIFIED],
    [110, 100, undefined, BuildUp.UNSPECIFIED],
    [undefined, 100, 5, BuildUp.UNSPECIFIED],
  ])('of %s against %s with %s', (last, before, change, expected) =>
    expect(buildUpOf(last, before, change)).toBe(expected),
  );
});

describe('rank and percentile', () => {
  it('need a history, and say so', () => {
    expect(ivStanding([0.1, 0.2], 0.15)).toMatchObject({ rank: undefined, percentile: undefined, days: 2 });
    expect(ivStanding([0.1, 0.2], 0.15).note).toContain(`of the ${FEWEST_DAYS}`);
    const days = Array.from({ length: 100 }, (_, n) => 0.1 + n / 1000);
    expect(ivStanding(days, 0.1495)).toMatchObject({ percentile: 0.5, note: '', days: 100 });
    expect(ivStanding(days, 0.1495).rank).toBeCloseTo(0.5, 12);
    expect([ivStanding(days, 9).rank, ivStanding(days, 0.01).rank]).toEqual([1, 0]);
    expect(ivStanding(days, undefined).note).not.toBe('');
  });
});

describe('the printed index', () => {
  const at = (time: string, isOpen: boolean | undefined = true, silence = 0): SpotState =>
    spotState({
      quote: { ...emptyQuote('k'), lastPaise: 2_500_000 },
      segment: 'NSE_INDEX',
      marketNow: marketInstant(Date.parse(`${time}+05:30`)),
      calendar,
      isOpen,
      feedSilenceSeconds: silence,
      oldestSeconds: 10,
    });

  it('is labelled in the closing auction, from the day it exists', () => {
    expect(at('2026-11-27T15:14:59')).toBe(SpotState.LIVE);
    expect(at('2026-11-27T15:20:00')).toBe(SpotState.CLOSING_AUCTION);
    expect(at('2026-07-28T15:20:00')).toBe(SpotState.LIVE);
    expect(at('2026-11-27T15:38:00', false)).toBe(SpotState.CLOSED);
    expect(at('2026-11-27T11:00:00', true, 11)).toBe(SpotState.STALE);
  });

  it('carries a forward only where it lives, or where all is closed', () => {
    expect([spotCounts(SpotState.LIVE, true), spotCounts(SpotState.CLOSING_AUCTION, true)]).toEqual([true, false]);
    expect([spotCounts(SpotState.CLOSED, true), spotCounts(SpotState.CLOSED, false)]).toEqual([false, true]);
  });
});

describe('a running average', () => {
  const start = istInstant(istDate('2026-07-28'), 15);
  const end = istInstant(istDate('2026-07-28'), 15, 30);

  it('weighs by time within the window, and takes what was not watched from candles', () => {
    const average = new RunningAverage(start, end);
    average.observe(100, start - 60_000);
    average.observe(200, start + 600_000);
    expect(average.at(start + 1_200_000)).toBeCloseTo(150, 9);
    expect(average.at(end + 60_000)).toBeCloseTo((100 * 10 + 200 * 20) / 30, 9);
    const late = new RunningAverage(start, end);
    expect(late.at(end)).toBeUndefined();
    late.fill(90, 60_000);
    late.observe(120, start + 60_000);
    expect(late.at(start + 120_000)).toBeCloseTo(105, 9);
    expect(late.coveredMs).toBe(120_000);
  });
});

describe('interest in chains', () => {
  it('is a lease, what is asked for once lasts a minute, and what is always wanted comes first', () => {
    const book = new ChainInterestBook();
    const chain = (underlyingKey: string) => ({ underlyingKey, expiryDate: '2026-12-01' });
    book.renew('a', [chain('A'), chain('B')], 0);
    book.touch(chain('C'), 0);
    book.keep([chain('Z'), chain('A')]);
    expect(book.wanted(1).map(({ underlyingKey }) => underlyingKey)).toEqual(['Z', 'A', 'B', 'C']);
    book.renew('a', [chain('B')], 1);
    expect(book.wanted(INTEREST_LEASE_MS).map(({ underlyingKey }) => underlyingKey)).toEqual(['Z', 'A', 'B', 'C']);
    expect(book.wanted(INTEREST_LEASE_MS + 1).map(({ underlyingKey }) => underlyingKey)).toEqual(['Z', 'A', 'C']);
    expect(book.wanted(TOUCH_MS).map(({ underlyingKey }) => underlyingKey)).toEqual(['Z', 'A']);
  });
});

describe('what is sent again', () => {
  const greeks: Greeks = { delta: 0.5, gamma: 0.001, thetaPerDay: -10, vegaPerVolPoint: 9, rhoPerRatePoint: 0 };
  const row = (strikePaise: number, more: Partial<ChainSide> = {}): ChainRow =>
    ChainRow.create({ strikePaise, call: ChainSide.create({ lastPricePaise: 100, iv: 0.14, greeks, ...more }) });

  it('is what differs visibly', () => {
    const sent = [row(1), row(2), row(3), row(4)];
    const next = [row(1, { iv: 0.14 + 1e-6 }), row(2, { lastPricePaise: 105 }), row(3, { iv: undefined }), row(4)];
    expect(changedRows(sent, next).map(({ strikePaise }) => strikePaise)).toEqual([2, 3]);
    expect(changedRows([], next)).toHaveLength(4);
  });
});
