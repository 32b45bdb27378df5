import fc from 'fast-check';
import { instrumentKey } from '@vega/kernel';
import {
  ERROR_CODES,
  escapeToken,
  isErrorCode,
  parseBarSubject,
  parseChainSubject,
  parseTickSubject,
  RPC_CONTRACTS,
  STREAMS,
  SUBJECT_FAMILIES,
  subjects,
  Tick,
  TickMode,
  TickSource,
  unescapeToken,
} from './index.ts';

describe('subject tokens', () => {
  it.each([
    ['51414', '51414'],
    ['Nifty 50', 'Nifty%2050'],
    ['a.b', 'a%2Eb'],
    ['*>', '%2A%3E'],
    ['100%', '100%25'],
    ['₹', '%E2%82%B9'],
  ])('%j is written %s', (text, token) => {
    expect(escapeToken(text)).toBe(token);
    expect(unescapeToken(token)).toBe(text);
  });

  it('loses nothing and never leaves the token alphabet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(text.isWellFormed());
        const token = escapeToken(text);
        expect(token).toMatch(/^[A-Za-z0-9_%-]+$/);
        expect(unescapeToken(token)).toBe(text);
      }),
    );
  });

  it.each(['%', '%2', '%zz', 'a b', '%41', '%e2%82%b9'])('refuses %j, which it cannot have written', (token) =>
    expect(unescapeToken(token)).toBeUndefined(),
  );
});

describe('subjects', () => {
  it('build and parse back', () => {
    const key = instrumentKey('NSE_INDEX|Nifty 50');
    expect(subjects.tick(key)).toBe('md.v1.tick.NSE_INDEX.Nifty%2050');
    expect(parseTickSubject(subjects.tick(key))).toBe(key);
    expect(parseBarSubject(subjects.bar('1m', key))).toEqual({ interval: '1m', key });
  });

  it('of chains build and parse back', () => {
    const subject = subjects.chain('NSE_INDEX|Nifty 50', '2026-12-01');
    expect(subject).toBe('opt.v1.chain.NSE_INDEX%7CNifty%2050.2026-12-01');
    expect(parseChainSubject(subject)).toEqual({ underlyingKey: 'NSE_INDEX|Nifty 50', expiryDate: '2026-12-01' });
    expect(parseChainSubject('md.v1.tick.NSE_FO.1')).toBeUndefined();
  });

  it.each([
    'md.v1.tick.NSE_FO',
    'md.v2.tick.NSE_FO.1',
    'md.v1.bar.NSE_FO.1',
    'md.v1.tick.NSE_FO.1.2',
    'md.v1.tick.NSE_FO.%',
  ])('no instrument in %s', (subject) => expect(parseTickSubject(subject)).toBeUndefined());

  it('every family that is not of core NATS alone is covered by a stream', () => {
    const filters = Object.values(STREAMS).flatMap((stream) => [...stream.subjects]);
    for (const family of Object.values(SUBJECT_FAMILIES)) {
      if (['core', 'core, last value kept', 'request'].includes(family.delivery)) continue;
      const sample = family.pattern.replaceAll(/<[^>]+>/g, 'x');
      const covered = filters.some((filter) =>
        new RegExp(`^${filter.replaceAll('.', '\\.').replace('*', '[^.]+').replace('>', '.+')}$`).test(sample),
      );
      expect({ pattern: family.pattern, covered }).toEqual({ pattern: family.pattern, covered: true });
    }
  });

  it('rpc subjects are unique and have a deadline', () => {
    expect(new Set(RPC_CONTRACTS.map((rpc) => rpc.subject)).size).toBe(RPC_CONTRACTS.length);
    expect(RPC_CONTRACTS.length).toBeGreaterThanOrEqual(7);
    for (const rpc of RPC_CONTRACTS) expect(rpc.deadlineMs).toBeGreaterThan(0);
  });
});

describe('error codes', () => {
  it('are upper snake case and known by name', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(isErrorCode('UNKNOWN_INSTRUMENT')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});

describe('tick', () => {
  it('keeps absent apart from zero', () => {
    const bytes = Tick.encode(
      Tick.create({ instrumentKey: 'NSE_FO|1', seq: 7, source: TickSource.FEED_LIVE, mode: TickMode.FULL, oi: 0 }),
    ).finish();
    const tick = Tick.decode(bytes);
    expect(tick.oi).toBe(0);
    expect(tick.volume).toBeUndefined();
    expect(tick.seq).toBe(7);
  });
});
