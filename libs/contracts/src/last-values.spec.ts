import { decodeLastValue, encodeLastValue, lastValueKey, Tick, toBytes } from './index.ts';

const tick = Tick.create({ instrumentKey: 'NSE_INDEX|Nifty 50', feedEpoch: 3, seq: 9, lastPricePaise: 2_512_345 });

describe('last values', () => {
  it('come back as they were written, from the message or from its bytes', () => {
    for (const source of [tick, toBytes(Tick, tick)]) {
      expect(decodeLastValue(encodeLastValue(source, 1_795_421_000_123))).toEqual({
        tick,
        writtenAtMs: 1_795_421_000_123,
      });
    }
    expect(lastValueKey(tick.instrumentKey)).toBe('md:last:NSE_INDEX|Nifty 50');
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a time without a tick', new Uint8Array(8)],
    ['bytes of something else', new Uint8Array(40).fill(0xff)],
    ['a time beyond what numbers hold', Uint8Array.of(...new Array<number>(8).fill(0xff), ...toBytes(Tick, tick))],
  ])('%s is not a value', (_name, bytes) => expect(decodeLastValue(bytes)).toBeUndefined());
});
