import { useCallback } from 'react';
import { useRemembered } from '../app/remembered.ts';
import type { ColumnPreset } from './grid-column.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

/** The chosen set of columns of a page, remembered; how to choose one, and how to go to the next. */
export function useColumnPreset(
  page: string,
  presets: readonly [ColumnPreset, ...ColumnPreset[]],
): [preset: ColumnPreset, choose: (id: string) => void, next: () => void] {
  const [id, choose] = useRemembered<string>(`${page}.columns`, isText, presets[0].id);
  const at = Math.max(
    0,
    presets.findIndex((preset) => preset.id === id),
  );
  const next = useCallback(
    () => choose(presets[(at + 1) % presets.length]?.id ?? presets[0].id),
    [choose, presets, at],
  );
  return [presets[at] ?? presets[0], choose, next];
}
