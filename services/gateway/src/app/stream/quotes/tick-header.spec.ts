import { Tick, toBytes } from '@vega/contracts';
import fc from 'fast-check';
import { readTickHeader } from './tick-header.ts';

const place = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('tick header', () => {
  it('reads what a full decoding reads', () => {
    fc.assert(
      fc.property(place, place, fc.string(), fc.nat(), (feedEpoch, seq, instrumentKey, lastPricePaise) => {
        const bytes = toBytes(Tick, Tick.create({ feedEpoch, seq, instrumentKey, lastPricePaise }));
        expect(readTickHeader(bytes)).toEqual({ feedEpoch, seq });
      }),
    );
  });

  it('does not depend on the order of fields', () => {
    const seqFirst = Uint8Array.of(0x20, 9, 0x48, 1, 0x18, 7);
    expect(Tick.decode(seqFirst)).toMatchObject({ seq: 9, feedEpoch: 7 });
    expect(readTickHeader(seqFirst)).toEqual({ feedEpoch: 7, seq: 9 });
  });

  it('refuses what has no place in a sequence', () => {
    expect(readTickHeader(toBytes(Tick, Tick.create({ seq: 4 })))).toBeUndefined();
    expect(readTickHeader(toBytes(Tick, Tick.create({ feedEpoch: 4 })))).toBeUndefined();
    expect(readTickHeader(new Uint8Array())).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const header = readTickHeader(bytes);
        expect(header === undefined || (header.seq > 0 && header.feedEpoch > 0)).toBe(true);
      }),
    );
  });
});
