import type { SupportedSegment } from '@vega/kernel';
import type { MarketStatus } from '../market-status.ts';
import { SessionBook } from './session-book.ts';
import { SilenceWatch } from './silence.ts';

const told = (segment: string, status: MarketStatus): ReadonlyMap<string, MarketStatus> => new Map([[segment, status]]);

describe('SessionBook', () => {
  it.each<[SupportedSegment, MarketStatus, boolean]>([
    ['NSE_EQ', 'PRE_OPEN_START', true],
    ['NSE_EQ', 'PRE_OPEN_END', false],
    ['NSE_EQ', 'NORMAL_OPEN', true],
    ['NSE_EQ', 'NORMAL_CLOSE', false],
    ['NSE_EQ', 'CLOSING_START', true],
    ['NSE_EQ', 'CLOSING_END', false],
    ['NSE_INDEX', 'PRE_OPEN_START', false],
    ['NSE_INDEX', 'NORMAL_OPEN', true],
    ['NSE_INDEX', 'CLOSING_START', false],
    ['NSE_FO', 'PRE_OPEN_START', false],
    ['NSE_FO', 'NORMAL_OPEN', true],
    ['BSE_FO', 'CLOSING_START', false],
    ['BSE_EQ', 'UNKNOWN', false],
  ])('%s in %s: messages due is %s', (segment, status, due) => {
    const book = new SessionBook();
    book.learn(told(segment, status), 0);
    expect(book.expectsFlow(segment, 1)).toBe(due);
    expect(book.statusOf(segment)).toBe(status);
  });

  it('suspects a segment of which nothing was ever told, unless the calendar says it is closed', () => {
    expect(new SessionBook().expectsFlow('NSE_FO', 0)).toBe(true);
    expect(new SessionBook(() => true).expectsFlow('NSE_FO', 0)).toBe(true);
    expect(new SessionBook(() => false).expectsFlow('NSE_FO', 0)).toBe(false);
  });

  it('lets the calendar decide on a status nobody knows', () => {
    const book = new SessionBook(() => true);
    book.learn(told('NSE_FO', 'UNKNOWN'), 0);
    expect(book.expectsFlow('NSE_FO', 1)).toBe(true);
  });

  it('finds out that a market has opened of which the feed never told', () => {
    let isOpen = false;
    const book = new SessionBook(() => isOpen);
    book.learn(told('NSE_FO', 'PRE_OPEN_END'), 0);
    expect(book.expectsFlow('NSE_FO', 420_000)).toBe(false);
    isOpen = true;
    expect(book.expectsFlow('NSE_FO', 421_000)).toBe(false);
    expect(book.expectsFlow('NSE_FO', 451_000)).toBe(false);
    expect(book.expectsFlow('NSE_FO', 451_001)).toBe(true);
  });

  it('believes a feed that says closed against the calendar, but asks again after a while', () => {
    const book = new SessionBook(() => true);
    book.learn(told('NSE_FO', 'NORMAL_CLOSE'), 10_000);
    expect(book.expectsFlow('NSE_FO', 60_000)).toBe(false);
    expect(book.expectsFlow('NSE_FO', 10_000 + 15 * 60_000)).toBe(false);
    expect(book.expectsFlow('NSE_FO', 10_001 + 15 * 60_000)).toBe(true);
    book.learn(told('NSE_FO', 'NORMAL_CLOSE'), 1_000_000);
    expect(book.expectsFlow('NSE_FO', 1_000_001)).toBe(false);
  });

  it('keeps what it knows of segments that a message does not name', () => {
    const book = new SessionBook();
    book.learn(told('NSE_FO', 'NORMAL_OPEN'), 0);
    book.learn(told('NSE_COM', 'NORMAL_CLOSE'), 1);
    expect(book.expectsFlow('NSE_FO', 2)).toBe(true);
    expect(book.statusOf('NSE_COM')).toBe('NORMAL_CLOSE');
  });
});

describe('SilenceWatch', () => {
  const watch = (): SilenceWatch => new SilenceWatch({ amberMs: 5_000, redMs: 10_000 });

  it('turns amber and red by the time since the last frame of an open market', () => {
    const subject = watch();
    expect(subject.state(1_000, 1_000, true)).toBe('flowing');
    expect(subject.state(5_999, 1_000, true)).toBe('flowing');
    expect(subject.state(6_000, 1_000, true)).toBe('amber');
    expect(subject.state(11_000, 1_000, true)).toBe('red');
    expect(subject.overdueMs(11_000, 1_000, true)).toBe(10_000);
    expect(subject.state(11_001, 11_001, true)).toBe('flowing');
  });

  it('finds no fault in a closed market, and counts from its opening', () => {
    const subject = watch();
    expect(subject.state(3_600_000, 0, false)).toBe('quiet');
    expect(subject.state(3_600_500, 0, true)).toBe('flowing');
    expect(subject.state(3_605_500, 0, true)).toBe('amber');
    expect(subject.state(3_606_000, 0, false)).toBe('quiet');
    expect(subject.overdueMs(3_606_000, 0, false)).toBe(0);
    expect(subject.state(3_606_500, 0, true)).toBe('flowing');
  });

  it('starts anew with a new connection', () => {
    const subject = watch();
    subject.state(0, 0, true);
    subject.restart();
    expect(subject.state(60_000, 0, true)).toBe('flowing');
  });
});
