import type { ApiKeyView } from '@vega/client';
import { addressesIn, keyState } from './key-words.ts';

const NOW = Date.UTC(2026, 10, 23, 4);
const key = (more: Partial<ApiKeyView>): ApiKeyView => ({
  key_id: 'key_1',
  name: 'robot',
  scope: 'read',
  prefix: 'vgk_abcdef',
  allowed_addresses: [],
  created_at_ms: NOW,
  expires_at_ms: NOW + 86_400_000,
  last_used_at_ms: null,
  revoked_at_ms: null,
  ...more,
});

it('a key is in force until it ends or is ended', () => {
  expect(keyState(key({}), NOW)).toEqual({ inForce: true, text: expect.stringMatching(/^until .*24/) });
  expect(keyState(key({ expires_at_ms: NOW }), NOW)).toEqual({ inForce: false, text: expect.stringMatching(/^over/) });
  expect(keyState(key({ revoked_at_ms: NOW - 1 }), NOW).inForce).toBe(false);
});

it('addresses are read however they are separated', () => {
  expect(addressesIn(' 203.0.113.7, 198.51.100.0/24;2001:db8::/32\n::1 ')).toEqual([
    '203.0.113.7',
    '198.51.100.0/24',
    '2001:db8::/32',
    '::1',
  ]);
  expect(addressesIn('  ')).toEqual([]);
});
