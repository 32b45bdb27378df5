import fc from 'fast-check';
import { stage } from '../../../test/hub-stage.ts';
import { checkRequest, MessageReader } from './protocol.ts';

const { channels, quotes } = stage();
const reader = new MessageReader(channels);

describe('client messages', () => {
  it.each<[object, object]>([
    [
      { op: 'subscribe', channel: 'quotes', instruments: [' NIFTY '] },
      { op: 'subscribe', channel: { name: 'quotes' }, request: { instruments: ['NIFTY'] } },
    ],
    [
      { op: 'subscribe', channel: 'quotes', instruments: ['A'], rate_hz: 2, id: 7 },
      { rateHz: 2, request: { instruments: ['A'] } },
    ],
    [
      { op: 'subscribe', channel: 'status', subscription: 'a.b:c-d_e' },
      { channel: { name: 'status' }, subscription: 'a.b:c-d_e', request: {} },
    ],
    [
      { op: 'subscribe', channel: 'quotes', instruments: ['A'], depth: true },
      { request: { instruments: ['A'], depth: true } },
    ],
    [{ op: 'unsubscribe', instruments: ['A'] }, { instruments: ['A'] }],
    [{ op: 'resync' }, { op: 'resync' }],
    [
      { op: 'ping', id: 'x' },
      { op: 'ping', id: 'x' },
    ],
  ])('reads %j', (message, expected) => {
    expect(reader.read(JSON.stringify(message))).toMatchObject({ ok: true, message: expected });
  });

  it.each<[object, RegExp]>([
    [{ op: 'subscribe', channel: 'gossip' }, /^channel: .*"quotes"/],
    [{ op: 'subscribe' }, /^channel: /],
    [{ op: 'subscribe', channel: 'status', instruments: ['A'] }, /instruments/],
    [{ op: 'subscribe', channel: 'quotes', instruments: [] }, /^instruments: /],
    [{ op: 'subscribe', channel: 'quotes', instruments: ['A'], rate_hz: 3 }, /^rate_hz: /],
    [{ op: 'subscribe', channel: 'quotes', instruments: ['A'], subscription: 'a b' }, /letters, digits/],
    [{ op: 'shout' }, /^op: /],
  ])('refuses %j and says why', (message, why) => {
    const read = reader.read(JSON.stringify(message));
    expect(read.ok ? '' : read.error.message).toMatch(why);
  });

  it('are checked the same way when another protocol asks', () => {
    expect(checkRequest(quotes, { instruments: [' A '], rate_hz: 2 })).toEqual({
      rateHz: 2,
      request: { instruments: ['A'] },
    });
    expect(() => checkRequest(quotes, { instruments: [] })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => checkRequest(quotes, { instruments: ['A'], more: 1 })).toThrow(/more/);
  });

  it('never throws and echoes an id only when it is one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = reader.read(text);
        expect(['string', 'number', 'object']).toContain(typeof parsed.id);
        if (!parsed.ok) expect(parsed.error.code).toBe('STREAM_MESSAGE_INVALID');
      }),
    );
  });
});
