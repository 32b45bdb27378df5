import type { ApiKeyView } from '@vega/client';
import { formatIstDay } from '../format/ist.ts';

/** What a key is good for at an instant. */
export function keyState(key: ApiKeyView, nowMs: number): { inForce: boolean; text: string } {
  if (key.revoked_at_ms !== null) return { inForce: false, text: `ended ${formatIstDay(key.revoked_at_ms)}` };
  if (key.expires_at_ms === null) return { inForce: true, text: 'in force' };
  if (key.expires_at_ms <= nowMs) return { inForce: false, text: `over since ${formatIstDay(key.expires_at_ms)}` };
  return { inForce: true, text: `until ${formatIstDay(key.expires_at_ms)}` };
}

/** The addresses of a line, as they were separated: by commas, spaces or lines. */
export function addressesIn(line: string): string[] {
  return line.split(/[\s,;]+/).filter((one) => one !== '');
}
