import './young-arrays.ts';
import { join } from 'node:path';
import { systemClock } from '@vega/kernel';
import { readConfig, type SimulatorConfig } from './config.ts';
import { createLogger } from './logging.ts';
import { createMarketSource } from './market/index.ts';
import { startSimulator, type RunningSimulator } from './simulator.ts';

async function run(config: SimulatorConfig): Promise<RunningSimulator> {
  const log = createLogger(config.logLevel);
  const market = await createMarketSource({
    clock: systemClock,
    source: config.source,
    speed: config.speed,
    seed: config.seed,
    session: config.sessionClock,
    stateDir: join(config.stateDir, 'market'),
    stepMs: config.stepMs,
    load: config.load,
    recordedFile: config.recordedFile,
    startWhen: config.startWhen,
    natsUrl: config.natsUrl,
    master: config.master,
    log,
  });
  return startSimulator({ config, market, clock: systemClock, log });
}

function fail(error: unknown): never {
  process.stderr.write(`upstox-sim: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

try {
  const simulator = await run(readConfig(process.env));
  const stop = (signal: NodeJS.Signals): void => {
    simulator.context.log.info({ signal }, 'stopping');
    simulator.close().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}
