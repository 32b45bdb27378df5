import { readConfig } from './config.ts';

describe('readConfig', () => {
  it('has defaults for a newcomer', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 9080,
      stateDir: '.vega/upstox-sim',
      source: 'generated',
      recordedFile: undefined,
      speed: 1,
      stepMs: undefined,
      startWhen: 'first-subscription',
      load: undefined,
      sessionClock: 'always-open',
      seed: 1,
      faultPort: undefined,
      natsUrl: undefined,
      master: undefined,
      openingPaise: 250_000_000,
      brokeragePaise: 2_000,
      staticIp: 'enforced',
      plan: 'normal',
      limitFactor: 1,
      logLevel: 'info',
    });
  });

  it('reads what is set and takes empty for absent', () => {
    const config = readConfig({
      VEGA_SIM_PORT: '0',
      VEGA_SIM_SOURCE: 'recorded',
      VEGA_SIM_RECORDED_FILE: 'day.jsonl.gz',
      VEGA_SIM_SPEED: '1200.5',
      VEGA_SIM_START: 'immediately',
      VEGA_SIM_STEP_MS: '25',
      VEGA_SIM_LOAD_PER_SECOND: '31000',
      VEGA_SIM_LOAD_INSTRUMENTS: '5000',
      VEGA_SIM_SEED: '42',
      VEGA_SIM_FAULT_PORT: '',
      VEGA_SIM_LIMITS: 'plus',
      VEGA_SIM_LIMIT_FACTOR: '100',
    });
    expect(config).toMatchObject({
      port: 0,
      source: 'recorded',
      speed: 1200.5,
      startWhen: 'immediately',
      stepMs: 25,
      load: { entriesPerSecond: 31_000, instruments: 5_000 },
      seed: 42,
      plan: 'plus',
      limitFactor: 100,
    });
    expect(config.faultPort).toBeUndefined();
  });

  it.each([
    [{ VEGA_SIM_SPEED: '601' }, 'from 1 to 600'],
    [{ VEGA_SIM_SPEED: '0.5' }, 'from 1 to 600'],
    [{ VEGA_SIM_SPEED: '2', VEGA_SIM_CLOCK: 'wall' }, 'follows the wall clock'],
  ])('refuses %j', (env, reason) => {
    expect(() => readConfig(env)).toThrow(reason);
  });

  it('names every bad variable at once', () => {
    const bad = {
      VEGA_SIM_PORT: '70000',
      VEGA_SIM_SOURCE: 'recorded',
      VEGA_SIM_SPEED: 'fast',
      VEGA_SIM_CLOCK: 'sundial',
      VEGA_SIM_LIMITS: 'gold',
    };
    const names = ['VEGA_SIM_PORT', 'VEGA_SIM_RECORDED_FILE', 'VEGA_SIM_SPEED', 'VEGA_SIM_CLOCK', 'VEGA_SIM_LIMITS'];
    let message = '';
    try {
      readConfig(bad);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const name of names) expect(message).toContain(name);
  });
});
