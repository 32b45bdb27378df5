import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import fc from 'fast-check';
import { InstrumentTable } from './instrument-table.ts';

const keyOf = (token: number): InstrumentKey => instrumentKey(`NSE_FO|${token}`);

function find(table: InstrumentTable, key: string): string | undefined {
  const frame = Buffer.from(`<${key}>`);
  return table.find(frame, 1, frame.length - 1)?.key;
}

describe('InstrumentTable', () => {
  it('finds what a Map finds, through any additions and removals', () => {
    const step = fc.record({ token: fc.nat(120), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new InstrumentTable();
        const naive = new Set<InstrumentKey>();
        for (const { token, isAdded } of steps) {
          const key = keyOf(token);
          if (isAdded) {
            table.add(key);
            naive.add(key);
          } else {
            table.delete(key);
            naive.delete(key);
          }
        }
        expect(table.size).toBe(naive.size);
        for (let token = 0; token <= 120; token += 1) {
          expect(find(table, keyOf(token))).toBe(naive.has(keyOf(token)) ? keyOf(token) : undefined);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds five thousand instruments, keys of any script, and no key that is too long or empty', () => {
    const table = new InstrumentTable();
    for (let token = 0; token < 5_000; token += 1) table.add(keyOf(token));
    expect(table.add(keyOf(7))).toBe(table.get(keyOf(7)));
    for (let token = 0; token < 5_000; token += 1) expect(find(table, keyOf(token))).toBe(keyOf(token));
    table.add(instrumentKey('NSE_INDEX|निफ्टी 50'));
    expect(find(table, 'NSE_INDEX|निफ्टी 50')).toBe('NSE_INDEX|निफ्टी 50');
    expect(find(table, '')).toBeUndefined();
    expect(find(table, `NSE_FO|${'9'.repeat(100)}`)).toBeUndefined();
    expect([...table.values()]).toHaveLength(5_001);
  });

  it('remembers the last message, byte for byte, in any size', () => {
    const state = new InstrumentTable().add(keyOf(1));
    const frame = Buffer.from('xxlong message of one instrumentyy');
    expect(state.isRepeated(frame, 0, 0)).toBe(false);
    state.remember(frame, 2, 32);
    expect(state.isRepeated(frame, 2, 32)).toBe(true);
    expect(state.isRepeated(frame, 2, 31)).toBe(false);
    expect(state.isRepeated(Buffer.from(frame).fill('z', 31, 32), 2, 32)).toBe(false);
    frame.fill(0);
    expect(state.isRepeated(Buffer.from('long message of one instrument'), 0, 30)).toBe(true);
    state.remember(frame, 0, 3);
    expect(state.isRepeated(frame, 0, 3)).toBe(true);
    state.remember(Buffer.alloc(10_000, 7), 0, 10_000);
    expect(state.isRepeated(Buffer.alloc(10_000, 7), 0, 10_000)).toBe(true);
  });
});
