import { z } from 'zod';
import { baseConfigShape, ConfigError, configTypes, loadConfig } from './config.ts';

const schema = z.object({ ...baseConfigShape, VEGA_POSTGRES_URL: configTypes.postgresUrl });

describe('configuration', () => {
  it('reads, converts and fills in defaults', () => {
    const config = loadConfig(schema, {
      VEGA_NATS_URL: 'nats://127.0.0.1:4222',
      VEGA_POSTGRES_URL: 'postgres://u:p@127.0.0.1/x',
      VEGA_OPS_PORT: '8081',
      VEGA_LOG_LEVEL: '',
      UNRELATED: 'x',
    });
    expect(config).toMatchObject({ VEGA_OPS_PORT: 8081, VEGA_OPS_HOST: '127.0.0.1', VEGA_LOG_LEVEL: 'info' });
  });

  it('names every bad variable at once and no value', () => {
    const load = (): unknown =>
      loadConfig(schema, {
        VEGA_POSTGRES_URL: 'mysql://root:hunter2@db/x',
        VEGA_OPS_PORT: '99999',
        VEGA_LOG_LEVEL: 'loud',
      });
    expect(load).toThrow(ConfigError);
    try {
      load();
    } catch (error) {
      const message = (error as Error).message;
      for (const name of ['VEGA_NATS_URL is missing', 'VEGA_POSTGRES_URL', 'VEGA_OPS_PORT', 'VEGA_LOG_LEVEL']) {
        expect(message).toContain(name);
      }
      expect(message).not.toContain('hunter2');
    }
    expect.hasAssertions();
  });
});
