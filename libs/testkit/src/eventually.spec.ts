import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('returns the first value that holds, having ignored errors before it', async () => {
    let tries = 0;
    const value = await eventually(
      () => {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        return tries < 5 ? 0 : 'there';
      },
      { withinMs: 5_000, everyMs: 1 },
    );
    expect([value, tries]).toEqual(['there', 5]);
  });

  it('fails with what was true instead', async () => {
    const waiting = eventually(() => 0, { withinMs: 30, everyMs: 5, what: 'the count' });
    await expect(waiting).rejects.toThrow('the count did not hold within 30 ms (last value 0)');
  });
});
