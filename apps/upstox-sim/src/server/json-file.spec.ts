import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

const Document = z.object({ count: z.number() });

describe('JsonFile', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'json-file-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('reads nothing at first, then what was written last, and leaves no temporary file', async () => {
    const file = new JsonFile(join(directory, 'deep', 'state.json'), Document);
    expect(file.read()).toBeUndefined();
    await Promise.all([1, 2, 3, 4, 5].map((count) => file.write({ count })));
    expect(new JsonFile(file.path, Document).read()).toEqual({ count: 5 });
    expect(readdirSync(join(directory, 'deep'))).toEqual(['state.json']);
  });

  it('keeps the old document when a write fails, and goes on afterwards', async () => {
    const file = new JsonFile(join(directory, 'state.json'), Document);
    await file.write({ count: 1 });
    rmSync(directory, { recursive: true });
    await expect(file.write({ count: 2 })).rejects.toThrow();
    new JsonFile(file.path, Document);
    await file.write({ count: 3 });
    expect(JSON.parse(readFileSync(file.path, 'utf8'))).toEqual({ count: 3 });
  });

  it.each(['{', '{"count":"many"}'])('says in a sentence that %s is not its document', (text) => {
    const path = join(directory, 'state.json');
    writeFileSync(path, text);
    expect(() => new JsonFile(path, Document).read()).toThrow(/remove it to start afresh/);
  });
});
