import { KEY_LIMITS, SubscriptionBook } from './subscription-limits.ts';
import { FEED_MODES, type FeedMode } from './entry-encoder.ts';

function fill(book: SubscriptionBook, mode: FeedMode, count: number, prefix: string): number {
  let accepted = 0;
  for (let at = 0; at < count; at++) if (book.put(`${prefix}${at}`, mode)) accepted++;
  return accepted;
}

describe('SubscriptionBook', () => {
  it.each(FEED_MODES)('holds the keys that mode %s allows alone', (mode) => {
    const book = new SubscriptionBook('plus');
    expect(fill(book, mode, KEY_LIMITS[mode].alone + 10, 'k')).toBe(KEY_LIMITS[mode].alone);
    expect(book.size).toBe(KEY_LIMITS[mode].alone);
  });

  it('holds fewer keys per mode when modes are mixed', () => {
    const book = new SubscriptionBook('normal');
    expect(fill(book, 'ltpc', 1, 'l')).toBe(1);
    expect(fill(book, 'full', 2_000, 'f')).toBe(1_500);
    expect(fill(book, 'option_greeks', 2_500, 'g')).toBe(2_000);
    expect(fill(book, 'ltpc', 2_500, 'm')).toBe(1_999);
  });

  it('refuses a second mode while one holds more than the mixed limit', () => {
    const book = new SubscriptionBook('normal');
    fill(book, 'full', 1_501, 'f');
    expect(book.put('x', 'ltpc')).toBe(false);
    expect(book.modeOf('x')).toBeUndefined();
    book.remove('f0');
    expect(book.put('x', 'ltpc')).toBe(true);
  });

  it('changes the mode of a key within the limits and leaves it alone beyond them', () => {
    const book = new SubscriptionBook('plus');
    fill(book, 'full_d30', 50, 'd');
    book.put('one', 'full');
    expect(book.put('one', 'full_d30')).toBe(false);
    expect(book.modeOf('one')).toBe('full');
    expect(book.byMode).toEqual({ ltpc: 0, option_greeks: 0, full: 1, full_d30: 50 });
    expect(book.put('d0', 'ltpc')).toBe(true);
    expect(book.byMode).toEqual({ ltpc: 1, option_greeks: 0, full: 1, full_d30: 49 });
  });

  it('keeps full_d30 for the Plus plan', () => {
    expect(new SubscriptionBook('normal').put('k', 'full_d30')).toBe(false);
  });
});
