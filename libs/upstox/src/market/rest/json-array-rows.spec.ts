import fc from 'fast-check';
import { JsonArrayRows, NotRowsError } from './json-array-rows.ts';

function rowsOf(bytes: Uint8Array, cuts: readonly number[] = []): string[] {
  const rows = new JsonArrayRows();
  const texts: string[] = [];
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    rows.push(bytes.subarray(from, end), (text) => texts.push(text));
    from = end;
  }
  rows.finish();
  return texts;
}

describe('JsonArrayRows', () => {
  it('finds the rows JSON.parse finds, wherever the chunks are cut', () => {
    const row = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.nat(2),
        (rows, cuts, indent) => {
          const found = rowsOf(Buffer.from(JSON.stringify(rows, null, indent)), cuts);
          expect(found.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(rows)));
        },
      ),
    );
  });

  it('passes on a row that is not JSON, and the rows after it', () => {
    expect(rowsOf(Buffer.from('[{"a":1},{oops},{"b":"}\\"]{"}]'))).toEqual(['{"a":1}', '{oops}', '{"b":"}\\"]{"}']);
  });

  it.each([
    ['nothing', ''],
    ['an open array', '[{"a":1}'],
    ['an open row', '[{"a":1'],
    ['no array', '{"a":1}'],
    ['two arrays', '[][]'],
    ['a missing comma', '[{"a":1}{"b":2}]'],
    ['a comma too many', '[{"a":1},]'],
    ['a comma first', '[,{"a":1}]'],
    ['rows that are no objects', '[1,2]'],
    ['an HTML page', '<html></html>'],
    ['a row without end', `[{"a":"${'x'.repeat(70_000)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => rowsOf(Buffer.from(text))).toThrow(NotRowsError);
  });
});
