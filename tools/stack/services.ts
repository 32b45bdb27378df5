/** The list of what `npm start` runs beside the servers: one entry per process, in the order they are started. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackBus } from './bus.ts';
import type { AuthSecrets } from './demo.ts';

/** Everything a service may be told by its environment. */
export interface StackContext {
  readonly nats: string;
  readonly postgres: string;
  readonly redis: string;
  /** Users of the bus. A service is given its own user's key by its name. */
  readonly bus: StackBus;
  /** Auth's master key, the demo user, and what opens the kill switch's own door. */
  readonly auth: AuthSecrets;
  readonly ports: Readonly<Record<string, number>>;
  /** Folder below which each service may keep files. */
  readonly dataFolder: string;
  readonly options: MarketOptions;
}

/** What the user asks of the simulated market. */
export interface MarketOptions {
  readonly replayFile: string | undefined;
  readonly speed: string | undefined;
  readonly seed: string | undefined;
  readonly faultPort: number | undefined;
}

/** An address of a service: its name in run.json, and how it is made from the ports. */
export interface ServiceAddress {
  readonly key: string;
  readonly url: (ports: Readonly<Record<string, number>>) => string;
}

/** One process of the stack. */
export interface ServiceEntry {
  readonly name: string;
  /** Its folder in the workspace, where its build lies in `dist`. */
  readonly folder: string;
  /** What it runs, below `src` and `dist`, without the ending. */
  readonly program: string;
  /** What brings its database up to date before it starts, if it has a database. */
  readonly migration?: string;
  /** Ports it listens on by default. A taken one is replaced by a free one. */
  readonly ports: Readonly<Record<string, number>>;
  /** Services that must be ready before it starts. */
  readonly needs: readonly string[];
  readonly environment: (context: StackContext) => Record<string, string>;
  /** Answers 200 once the service is able to work. */
  readonly readyUrl: (ports: Readonly<Record<string, number>>) => string;
  /** Its address for the table and for run.json (under `key`), if it has one that others use. */
  readonly address?: ServiceAddress;
  /** Its other addresses for run.json. */
  readonly alsoAt?: readonly ServiceAddress[];
}

/** Default ports of the servers. */
export const SERVER_PORTS = { nats: 14_222, postgres: 15_432, redis: 16_379 } as const;

const local = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}`;

const onBus = (context: StackContext, opsPort: number | undefined): Record<string, string> => ({
  VEGA_NATS_URL: context.nats,
  VEGA_POSTGRES_URL: context.postgres,
  VEGA_REDIS_URL: context.redis,
  VEGA_OPS_HOST: '127.0.0.1',
  VEGA_OPS_PORT: String(opsPort ?? 0),
});

/** The built web app, which the gateway serves. */
const WEB_FOLDER = join(import.meta.dirname, '../../apps/web/dist');

/** The whole stack, each entry after those it needs. */
export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'upstox-sim',
    folder: 'apps/upstox-sim',
    program: 'main',
    ports: { upstoxSim: 9080 },
    needs: [],
    environment: ({ ports, dataFolder, options }) => ({
      VEGA_SIM_HOST: '127.0.0.1',
      VEGA_SIM_PORT: String(ports['upstoxSim']),
      VEGA_SIM_STATE_DIR: join(dataFolder, 'upstox-sim'),
      ...(options.replayFile === undefined
        ? {}
        : { VEGA_SIM_SOURCE: 'recorded', VEGA_SIM_RECORDED_FILE: options.replayFile }),
      ...(options.speed === undefined ? {} : { VEGA_SIM_SPEED: options.speed }),
      ...(options.seed === undefined ? {} : { VEGA_SIM_SEED: options.seed }),
      ...(options.faultPort === undefined ? {} : { VEGA_SIM_FAULT_PORT: String(options.faultPort) }),
      // Saving the market and packing the master take megabytes for a moment. Once glibc has seen such a buffer freed it puts the next
      // into its heap, between what stays, which then never shrinks; with a fixed limit each is mapped and given back.
      MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
    }),
    readyUrl: (ports) => `${local(ports['upstoxSim'])}/sim/status`,
    address: { key: 'upstoxSim', url: (ports) => local(ports['upstoxSim']) },
  },
  {
    name: 'auth',
    folder: 'services/auth',
    program: 'main',
    migration: 'migrate',
    ports: { authOps: 9186 },
    needs: ['upstox-sim'],
    environment: (context) => ({
      ...onBus(context, context.ports['authOps']),
      VEGA_UPSTOX_ENV: 'simulator',
      VEGA_UPSTOX_SIM_URL: local(context.ports['upstoxSim']),
      VEGA_PUBLIC_URL: local(context.ports['gateway']),
      VEGA_AUTH_REGISTRATION: 'open',
      VEGA_VAULT_KEYS: context.auth.vaultKeys,
      VEGA_DEMO_EMAIL: context.auth.demo.email,
      VEGA_DEMO_PASSWORD: context.auth.demo.password,
    }),
    readyUrl: (ports) => `${local(ports['authOps'])}/health/ready`,
  },
  {
    name: 'market-feed',
    folder: 'services/market-feed',
    program: 'main',
    migration: 'migrate',
    ports: { marketFeedOps: 9181 },
    needs: ['upstox-sim', 'auth'],
    environment: (context) => ({
      ...onBus(context, context.ports['marketFeedOps']),
      VEGA_UPSTOX_ENV: 'simulator',
      VEGA_UPSTOX_SIM_URL: local(context.ports['upstoxSim']),
    }),
    readyUrl: (ports) => `${local(ports['marketFeedOps'])}/health/ready`,
  },
  {
    name: 'market-feed-archiver',
    folder: 'services/market-feed',
    program: 'archiver/main',
    ports: { archiverOps: 9183 },
    needs: ['market-feed'],
    environment: (context) => ({
      ...onBus(context, context.ports['archiverOps']),
      VEGA_ARCHIVE_DIR: join(context.dataFolder, 'archive'),
      // DuckDB's work goes round Node's threads; in an arena for each, glibc keeps what the others could use.
      MALLOC_ARENA_MAX: '2',
    }),
    readyUrl: (ports) => `${local(ports['archiverOps'])}/health/ready`,
  },
  {
    name: 'options',
    folder: 'services/options',
    program: 'main',
    migration: 'migrate',
    ports: { optionsOps: 9184 },
    needs: ['market-feed'],
    environment: (context) => onBus(context, context.ports['optionsOps']),
    readyUrl: (ports) => `${local(ports['optionsOps'])}/health/ready`,
  },
  {
    name: 'orders',
    folder: 'services/orders',
    program: 'main',
    migration: 'migrate',
    ports: { ordersOps: 9185, ordersPanic: 9187 },
    needs: ['auth', 'market-feed'],
    environment: (context) => ({
      ...onBus(context, context.ports['ordersOps']),
      VEGA_UPSTOX_SIM_URL: local(context.ports['upstoxSim']),
      VEGA_ORDERS_PORT: String(context.ports['ordersPanic']),
      VEGA_ORDERS_PANIC_SECRET: context.auth.panicSecret,
    }),
    readyUrl: (ports) => `${local(ports['ordersOps'])}/health/ready`,
    alsoAt: [{ key: 'panic', url: (ports) => local(ports['ordersPanic']) }],
  },
  {
    name: 'gateway',
    folder: 'services/gateway',
    program: 'main',
    ports: { gateway: 8080, grpc: 50_051, gatewayOps: 9182 },
    needs: ['auth', 'market-feed', 'options', 'orders'],
    environment: (context) => ({
      ...onBus(context, context.ports['gatewayOps']),
      VEGA_DEMO_EMAIL: context.auth.demo.email,
      VEGA_DEMO_PASSWORD: context.auth.demo.password,
      VEGA_UPSTOX_ENV: 'simulator',
      VEGA_HTTP_HOST: '127.0.0.1',
      VEGA_HTTP_PORT: String(context.ports['gateway']),
      VEGA_GRPC_PORT: String(context.ports['grpc']),
      ...(existsSync(WEB_FOLDER) ? { VEGA_WEB_DIR: WEB_FOLDER } : {}),
    }),
    readyUrl: (ports) => `${local(ports['gatewayOps'])}/health/ready`,
    address: { key: 'gateway', url: (ports) => local(ports['gateway']) },
    alsoAt: [{ key: 'grpc', url: (ports) => `127.0.0.1:${ports['grpc'] ?? 0}` }],
  },
];
