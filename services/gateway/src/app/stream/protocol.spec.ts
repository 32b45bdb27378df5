import fc from 'fast-check';
import { parseClientMessage, quotesFrame } from './protocol.ts';

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

describe('client messages', () => {
  it.each<[object, object]>([
    [
      { op: 'subscribe', channel: 'quotes', instruments: [' NIFTY '] },
      { op: 'subscribe', channel: 'quotes', instruments: ['NIFTY'] },
    ],
    [
      { op: 'subscribe', channel: 'quotes', instruments: ['A'], rate_hz: 2, id: 7 },
      { rate_hz: 2, id: 7 },
    ],
    [
      { op: 'subscribe', channel: 'status', subscription: 'a.b:c-d_e' },
      { channel: 'status', subscription: 'a.b:c-d_e' },
    ],
    [{ op: 'unsubscribe', instruments: ['A'] }, { instruments: ['A'] }],
    [{ op: 'resync' }, { op: 'resync' }],
    [
      { op: 'ping', id: 'x' },
      { op: 'ping', id: 'x' },
    ],
  ])('reads %j', (message, expected) => {
    expect(parseClientMessage(JSON.stringify(message))).toMatchObject({ ok: true, message: expected });
  });

  it('never throws and echoes an id only when it is one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseClientMessage(text);
        expect(['string', 'number', 'object']).toContain(typeof parsed.id);
        if (!parsed.ok) expect(parsed.error.code).toBe('STREAM_MESSAGE_INVALID');
      }),
    );
  });
});
