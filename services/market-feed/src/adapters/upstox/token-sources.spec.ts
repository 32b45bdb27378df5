import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { istDate, istInstant, nextTokenDeath } from '@vega/kernel';
import { createLogger } from '@vega/platform';
import { eventually, FakeClock } from '@vega/testkit';
import { FileTokenSource } from './file-token-source.ts';
import { tokenDeath } from './token-claims.ts';
import { wallInstant } from '@vega/kernel';

const NINE = istInstant(istDate('2026-11-23'), 9);
const logger = createLogger({ service: 'spec', replica: 'a', level: 'silent' });
const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('death of a token', () => {
  const death = nextTokenDeath(NINE);
  it.each([
    ['its claim', jwt({ exp: NINE / 1000 + 3_600 }), NINE + 3_600_000],
    ['03:30 where the claim is later', jwt({ exp: NINE / 1000 + 400 * 86_400 }), death],
    ['03:30 where there is no claim', jwt({ sub: 'X' }), death],
    ['03:30 where it is no JWT', 'opaque', death],
    ['03:30 where the claim is nonsense', jwt({ exp: 'soon' }), death],
  ])('is %s', (_name, token, expected) => expect(tokenDeath(token, wallInstant(NINE))).toBe(expected));
});

describe('token file', () => {
  let folder: string;
  let path: string;
  let clock: FakeClock;
  let source: FileTokenSource;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vega-token-'));
    path = join(folder, 'token');
    clock = new FakeClock(NINE);
    source = new FileTokenSource(path, clock, logger);
  });
  afterEach(() => {
    source.stop();
    rmSync(folder, { recursive: true });
  });
  const replaceBy = (text: string): void => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  /** Time moves on as long as the file is not seen: reading it takes real time. */
  const until = (condition: () => boolean): Promise<boolean> =>
    eventually(
      async () => {
        await clock.advance(1_000);
        return condition();
      },
      { withinMs: 5_000, everyMs: 1 },
    );

  it('is read when it appears and again when it is replaced, as every morning', async () => {
    await source.start();
    expect(source.current()).toBeUndefined();
    expect(source.problem).toContain('ENOENT');
    let told = 0;
    source.onChange(() => (told += 1));
    replaceBy(`${jwt({ sub: 'one' })}\n`);
    await until(() => source.current() !== undefined);
    expect(source.current()?.token).toBe(jwt({ sub: 'one' }));
    expect(source.problem).toBeUndefined();
    const first = source.current();
    await clock.advance(60_000);
    expect(source.current()).toBe(first);
    replaceBy(jwt({ sub: 'two' }));
    await until(() => source.current() !== first);
    expect(source.current()?.token).toBe(jwt({ sub: 'two' }));
    expect(told).toBe(2);
  });

  it('keeps the last token when the file is gone or empty, and says what is wrong', async () => {
    replaceBy('abc');
    await source.start();
    replaceBy('');
    await until(() => source.problem !== undefined);
    expect(source.current()?.token).toBe('abc');
  });

  it('says when Upstox refused what it holds, until another one comes', async () => {
    replaceBy('abc');
    await source.start();
    source.reportRejected('something else');
    expect(source.problem).toBeUndefined();
    source.reportRejected('abc');
    expect(source.problem).toContain('refused');
    replaceBy('def');
    await until(() => source.problem === undefined);
    expect(source.current()?.token).toBe('def');
  });
});
