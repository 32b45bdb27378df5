import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { istDate } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import { createMarketSource } from './index.ts';

describe('createMarketSource', () => {
  const clock = new FakeClock();

  it('makes the generated market of the wall date when nothing else is said', async () => {
    const source = await createMarketSource({ clock, source: 'generated' });
    expect(source.kind).toBe('generated');
    expect(source.progress()).toMatchObject({ date: '2026-01-01', session: 'always-open', seed: '1' });
    await source.stop();
    const holiday = await createMarketSource({ clock, source: 'generated', startDate: istDate('2026-01-26') });
    expect(holiday.progress()['date']).toBe('2026-01-27');
    await holiday.stop();
  });

  it('rejects what it cannot use', async () => {
    await expect(createMarketSource({ clock, source: 'recorded' })).rejects.toThrow(/needs the path/);
    await expect(createMarketSource({ clock, source: 'recorded', recordedFile: 'nowhere' })).rejects.toThrow(/nowhere/);
    await expect(createMarketSource({ clock, source: 'generated', speed: 5000 })).rejects.toThrow(/speed/);
    const directory = mkdtempSync(join(tmpdir(), 'vega-factory-'));
    const recordedFile = join(directory, 'empty');
    writeFileSync(recordedFile, '');
    await expect(createMarketSource({ clock, source: 'recorded', recordedFile, speed: 0 })).rejects.toThrow(/speed/);
    await expect(createMarketSource({ clock, source: 'recorded', recordedFile })).rejects.toThrow(/empty/);
    rmSync(directory, { recursive: true, force: true });
  });
});
