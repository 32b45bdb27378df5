import fc from 'fast-check';
import type { SharedFrame } from '../ports.ts';
import { QuotesFrames } from './quotes-frames.ts';

/** The message as its client reads it; the head as the bytes that its characters are. */
function textOf({ head, body }: SharedFrame): string {
  return Buffer.concat([Buffer.from(head, 'latin1'), body]).toString();
}

describe('quotes frame', () => {
  it('is the JSON that its parts say, whatever they hold', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
    const batch = fc.record({
      subscription: name,
      seq: fc.nat(),
      snapshot: fc.boolean(),
      quotes: fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
      unavailable: fc.array(fc.string({ unit: 'binary' }), { maxLength: 2 }),
    });
    const frames = new QuotesFrames();
    fc.assert(
      fc.property(fc.nat(), fc.array(batch, { maxLength: 4 }), (time_ms, batches) => {
        const frame = frames.compose(
          time_ms,
          batches.map(({ quotes, ...rest }) => ({
            ...rest,
            fragments: quotes.map((quote) => Buffer.from(JSON.stringify(quote))),
          })),
        );
        const expected = batches.map(({ unavailable, ...rest }) =>
          unavailable.length === 0 ? rest : { ...rest, unavailable },
        );
        const parsed: unknown = JSON.parse(textOf(frame));
        expect(parsed).toEqual(JSON.parse(JSON.stringify({ type: 'quotes', time_ms, subscriptions: expected })));
      }),
    );
  });

  it('leaves a frame as it was while others are made, whether they hold the same quotes or others', () => {
    const fragments = ['{"a":1}', '{"b":"₹"}', `{"c":"${'x'.repeat(5_000)}"}`].map((text) => Buffer.from(text));
    const some = fc
      .uniqueArray(fc.nat(2), { maxLength: 3 })
      .map((places) => places.flatMap((at) => fragments[at] ?? []));
    fc.assert(
      fc.property(fc.array(fc.array(some, { maxLength: 2 }), { minLength: 60, maxLength: 120 }), (wanted) => {
        const frames = new QuotesFrames();
        const made = wanted.map((batches, at) =>
          frames.compose(
            at,
            batches.map((of, seq) => ({ subscription: 's', seq, snapshot: false, fragments: of, unavailable: [] })),
          ),
        );
        const read = made.map(
          (frame) => JSON.parse(textOf(frame)) as { time_ms: number; subscriptions: { quotes: unknown }[] },
        );
        // What two clients hold alike one after the other is one body.
        for (const [at, batches] of wanted.entries()) {
          const isAlone = batches.length === 1 && wanted[at - 1]?.length === 1;
          if (isAlone && String(batches[0]) === String(wanted[at - 1]?.[0])) {
            expect(made[at]?.body).toBe(made[at - 1]?.body);
          }
        }
        expect(read.map(({ time_ms }) => time_ms)).toEqual(wanted.map((_batches, at) => at));
        expect(read.map(({ subscriptions }) => subscriptions.map(({ quotes }) => quotes))).toEqual(
          wanted.map((batches) =>
            batches.map((of) => of.map((fragment) => JSON.parse(fragment.toString()) as unknown)),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });
});
