import fc from 'fast-check';
import { quotesFrame } from './quotes-frame.ts';

describe('quotes frame', () => {
  it('is the JSON that its parts say, whatever they hold', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
    const batch = fc.record({
      subscription: name,
      seq: fc.nat(),
      snapshot: fc.boolean(),
      quotes: fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
      unavailable: fc.array(fc.string(), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.nat(), fc.array(batch, { maxLength: 4 }), (time_ms, batches) => {
        const frame = quotesFrame(
          time_ms,
          batches.map(({ quotes, ...rest }) => ({
            ...rest,
            fragments: quotes.map((quote) => Buffer.from(JSON.stringify(quote))),
          })),
        );
        const expected = batches.map(({ unavailable, ...rest }) =>
          unavailable.length === 0 ? rest : { ...rest, unavailable },
        );
        const parsed: unknown = JSON.parse(frame.toString());
        expect(parsed).toEqual(JSON.parse(JSON.stringify({ type: 'quotes', time_ms, subscriptions: expected })));
      }),
    );
  });
});
