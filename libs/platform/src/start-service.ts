import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Global, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { systemClock, type Clock } from '@vega/kernel';
import type { z } from 'zod';
import { BusPermissionError, connectBus, type Bus } from './bus.ts';
import { ConfigError, loadConfig, type BaseConfig } from './config.ts';
import { Health } from './health.ts';
import { createLogger, nestLogger, type Logger } from './logging.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { registerHealthMetrics } from './health-metrics.ts';
import { startOpsServer } from './ops-server.ts';
import { createRpcClient, type RpcClient } from './rpc-client.ts';
import { RpcErrorsAsThrown, RpcTransport } from './rpc-transport.ts';
import { startTelemetry } from './telemetry.ts';

/** What every room of a service may use. Inject it whole by {@link SERVICE_CONTEXT}. */
export interface ServiceContext<Config extends BaseConfig = BaseConfig> {
  readonly name: string;
  /** Unique per running process. */
  readonly replica: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly rpc: RpcClient;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Registers what must end before the bus closes; the last registered ends first. */
  onDrain(name: string, end: () => Promise<void> | void): void;
  /** Logs and ends the process: for a broken assumption, never for bad input. */
  onDefect(error: Error): void;
}

/** Injection token of the {@link ServiceContext}. */
export const SERVICE_CONTEXT = Symbol('ServiceContext');

@Global()
@Module({})
class PlatformModule {
  static of(context: ServiceContext): DynamicModule {
    return {
      module: PlatformModule,
      providers: [{ provide: SERVICE_CONTEXT, useValue: context }],
      exports: [SERVICE_CONTEXT],
    };
  }
}

/** A service as `main.ts` describes it. */
export interface ServiceDefinition<Shape extends z.core.$ZodLooseShape> {
  name: string;
  config: z.ZodObject<Shape>;
  /** Opens what the service needs and returns its Nest module. */
  module: (
    context: ServiceContext<z.output<z.ZodObject<Shape>> & BaseConfig>,
  ) => Promise<DynamicModule> | DynamicModule;
  /** For a service with its own HTTP server: makes the Nest application and listens. Others answer on the bus only. */
  serve?: (
    root: DynamicModule,
    context: ServiceContext<z.output<z.ZodObject<Shape>> & BaseConfig>,
  ) => Promise<INestApplicationContext>;
}

/** A running service. */
export interface RunningService {
  readonly opsPort: number;
  /** Takes no new work, finishes what is in hand, closes everything. */
  drain(): Promise<void>;
}

/** Exit codes of a process that ends by itself, as in sysexits.h; alerts tell them apart. */
const EXIT_DEFECT = 70;
const EXIT_NO_PERMISSION = 77;

interface RunOptions {
  environment?: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  /** Ends the process; tests give their own. */
  exit?: (code: number) => void;
}

/** The one way a process of this platform starts: called by `main.ts`, ends the process on a defect or a signal. */
export async function startService<Shape extends z.core.$ZodLooseShape>(
  definition: ServiceDefinition<Shape>,
): Promise<void> {
  try {
    const service = await runService(definition);
    const stop = (signal: string): void => {
      process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
      void service.drain().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${definition.name} did not drain after ${signal}: ${String(error)}\n`);
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGINT', () => stop('SIGINT'));
  } catch (error) {
    const message =
      error instanceof ConfigError ? error.message : `${definition.name} did not start: ${describe(error)}`;
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Starts a service inside this process without touching signals; what specs use. */
export async function runService<Shape extends z.core.$ZodLooseShape>(
  definition: ServiceDefinition<Shape>,
  run: RunOptions = {},
): Promise<RunningService> {
  type Config = z.output<z.ZodObject<Shape>> & BaseConfig;
  const config = loadConfig(definition.config, run.environment ?? process.env) as Config;
  const replica = config.VEGA_REPLICA ?? `${definition.name}-${randomBytes(4).toString('hex')}`;
  const logger = createLogger({ service: definition.name, replica, level: config.VEGA_LOG_LEVEL });
  const exit = run.exit ?? ((code: number) => process.exit(code));
  const onDefect = (error: Error): void => {
    logger.fatal({ err: error }, 'a defect ends this process');
    exit(error instanceof BusPermissionError ? EXIT_NO_PERMISSION : EXIT_DEFECT);
  };
  if (run.exit === undefined) {
    process.on('uncaughtException', onDefect);
    process.on('unhandledRejection', (reason) =>
      onDefect(reason instanceof Error ? reason : new Error(String(reason))),
    );
  }
  const telemetry = startTelemetry({
    service: definition.name,
    replica,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    file: config.VEGA_TRACE_FILE,
  });
  const health = new Health();
  const metrics = createMetrics(definition.name);
  registerHealthMetrics(metrics, health);
  const endings: { name: string; end: () => Promise<void> | void }[] = [];
  const endAll = async (): Promise<void> => {
    for (const { name, end } of endings.reverse().splice(0)) {
      await Promise.resolve(end()).catch((error: unknown) => logger.error({ err: error, name }, 'an ending failed'));
    }
  };
  endings.push({ name: 'telemetry', end: () => telemetry.shutdown() });
  try {
    let started = false;
    health.register({ name: 'start', check: () => (started ? undefined : 'the service is still starting') });
    const ops = await startOpsServer({ host: config.VEGA_OPS_HOST, port: config.VEGA_OPS_PORT, health, metrics });
    endings.push({ name: 'ops server', end: () => ops.close() });
    const bus = await connectBus({
      url: config.VEGA_NATS_URL,
      name: replica,
      user: definition.name,
      ...(config.VEGA_NATS_SEED === undefined ? {} : { seed: config.VEGA_NATS_SEED }),
      logger,
      health,
      metrics,
      onFatal: onDefect,
    });
    endings.push({ name: 'bus', end: () => bus.close() });
    const context: ServiceContext<Config> = {
      name: definition.name,
      replica,
      config,
      logger,
      clock: run.clock ?? systemClock,
      bus,
      rpc: createRpcClient(bus, metrics),
      health,
      metrics,
      onDrain: (name, end) => endings.push({ name, end }),
      onDefect,
    };
    const root: DynamicModule = {
      module: RootModule,
      imports: [PlatformModule.of(context), await definition.module(context)],
    };
    const app = await (definition.serve ?? serveOnBus)(root, context);
    endings.push({ name: 'application', end: () => app.close() });
    started = true;
    logger.info({ opsPort: ops.port }, `${definition.name} is ready`);
    return {
      opsPort: ops.port,
      drain: () => {
        health.startDraining();
        logger.info('draining');
        return within(config.VEGA_DRAIN_MS, endAll());
      },
    };
  } catch (error) {
    await endAll();
    throw error;
  }
}

@Module({})
class RootModule {}

/** A Nest application that answers requests on the bus and nothing else. */
async function serveOnBus(root: DynamicModule, context: ServiceContext): Promise<INestApplicationContext> {
  const strategy = new RpcTransport({
    service: context.name,
    bus: context.bus,
    metrics: context.metrics,
    log: context.logger,
    onDefect: context.onDefect,
  });
  const app = await NestFactory.createMicroservice(root, {
    strategy,
    logger: nestLogger(context.logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new RpcErrorsAsThrown());
  await app.listen();
  return app;
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the drain took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
