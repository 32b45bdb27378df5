import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedFile, sharedFolder } from './shared-data.ts';

describe('the recorded data', () => {
  const before = process.env['VEGA_SHARED_DIR'];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vega-recorded-'));
    process.env['VEGA_SHARED_DIR'] = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env['VEGA_SHARED_DIR'];
    else process.env['VEGA_SHARED_DIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('are where VEGA_SHARED_DIR points, and a file that they lack is an error', () => {
    writeFileSync(join(folder, 'ticks.csv'), '');
    expect(sharedFolder()).toBe(folder);
    expect(sharedFile('ticks.csv')).toBe(join(folder, 'ticks.csv'));
    expect(() => sharedFile('data', 'absent.csv')).toThrow('the shared data lack data/absent.csv');
  });

  it('are never taken for absent when the variable points to nothing', () => {
    process.env['VEGA_SHARED_DIR'] = join(folder, 'absent');
    expect(() => sharedFolder()).toThrow(/VEGA_SHARED_DIR names .*absent, which does not exist/);
  });
});
