import { ConfigError, loadConfig } from '@vega/platform';
import { configSchema } from './config.ts';

const BASE = {
  VEGA_NATS_URL: 'nats://127.0.0.1:4222',
  VEGA_POSTGRES_URL: 'postgres://u:p@127.0.0.1/db',
  VEGA_REDIS_URL: 'redis://127.0.0.1',
};
const SIMULATOR = { ...BASE, VEGA_UPSTOX_ENV: 'simulator', VEGA_UPSTOX_SIM_URL: 'http://127.0.0.1:9080' };
const LIVE = { ...BASE, VEGA_UPSTOX_ENV: 'live', VEGA_UPSTOX_TOKEN_FILE: '/run/secrets/token' };

describe('configuration', () => {
  it.each([
    ['a simulator', SIMULATOR],
    ['the live broker', LIVE],
  ])('takes %s', (_name, environment) => {
    expect(loadConfig(configSchema, environment)).toMatchObject({
      VEGA_UPSTOX_PLAN: 'normal',
      VEGA_FEED_UNDERLYINGS: [],
      VEGA_NATS_REPLICAS: 1,
    });
  });

  it('reads a list of underlyings', () => {
    const config = loadConfig(configSchema, { ...LIVE, VEGA_FEED_UNDERLYINGS: 'NIFTY, NSE_EQ|INE002A01018 ,,' });
    expect(config.VEGA_FEED_UNDERLYINGS).toEqual(['NIFTY', 'NSE_EQ|INE002A01018']);
  });

  it.each([
    ['a simulator without an address', { ...SIMULATOR, VEGA_UPSTOX_SIM_URL: '' }, /VEGA_UPSTOX_SIM_URL is missing/],
    [
      'a simulator address when live',
      { ...LIVE, VEGA_UPSTOX_SIM_URL: 'http://127.0.0.1:1' },
      /VEGA_UPSTOX_SIM_URL: must not/,
    ],
    ['another environment', { ...SIMULATOR, VEGA_UPSTOX_ENV: 'sandbox' }, /VEGA_UPSTOX_ENV/],
    ['an even number of replicas', { ...SIMULATOR, VEGA_NATS_REPLICAS: '2' }, /VEGA_NATS_REPLICAS: must be 1, 3 or 5/],
  ])('refuses %s', (_name, environment, message) => {
    expect(() => loadConfig(configSchema, environment)).toThrow(ConfigError);
    expect(() => loadConfig(configSchema, environment)).toThrow(message);
  });

  it('names every bad variable at once, rules across variables included', () => {
    const environment = { VEGA_UPSTOX_ENV: 'live', VEGA_UPSTOX_SIM_URL: 'http://x', VEGA_NATS_REPLICAS: '2' };
    for (const name of [
      'VEGA_NATS_URL',
      'VEGA_POSTGRES_URL',
      'VEGA_REDIS_URL',
      'VEGA_NATS_REPLICAS',
      'VEGA_UPSTOX_SIM_URL',
    ]) {
      expect(() => loadConfig(configSchema, environment)).toThrow(name);
    }
  });
});
