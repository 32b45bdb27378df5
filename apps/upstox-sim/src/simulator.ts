import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '@vega/kernel';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { SimulatorConfig } from './config.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { buildFaultPort } from './faults/fault-port.ts';
import { FeedHandshake, marketDoor } from './feed/feed-handshake.ts';
import { DEFAULT_FEED_SETTINGS, FeedHub, type FeedSettings } from './feed/feed-hub.ts';
import { OneTimeCodes } from './feed/one-time-codes.ts';
import type { MarketSource } from './market/market-source.ts';
import { AppDirectory, AppSettings } from './server/auth/app-directory.ts';
import { AuthCodes } from './server/auth/auth-codes.ts';
import { TokenRequests } from './server/auth/token-requests.ts';
import { TokenVault, VaultState } from './server/auth/token-vault.ts';
import { ExpiredInstruments } from './server/expired-instruments.ts';
import { buildHttpApp } from './server/http-app.ts';
import { InstrumentCatalog } from './server/instrument-catalog.ts';
import { JsonFile } from './server/json-file.ts';
import { MarketCalendar } from './server/market-calendar.ts';
import { RateLimiter } from './server/rate-limiter.ts';
import { RequestCensus } from './server/request-census.ts';
import { ROUTE_MODULES } from './server/routes/index.ts';
import type { SimContext } from './server/sim-context.ts';
import { StaticIps, StaticIpState } from './trading/static-ips.ts';
import { portfolioDoor } from './trading/stream/portfolio-door.ts';
import { PortfolioHub } from './trading/stream/portfolio-hub.ts';
import { Postbacks } from './trading/stream/postbacks.ts';
import { UpdateFaults } from './trading/stream/update-faults.ts';
import { TradingHall } from './trading/trading-hall.ts';

/** A simulator that serves. */
export interface RunningSimulator {
  /** Base address of REST and feed, e.g. `http://127.0.0.1:9080`. */
  readonly url: string;
  /** Base address of the fault port; undefined when there is none. */
  readonly faultUrl: string | undefined;
  readonly context: SimContext;
  /** Says goodbye to the clients, stops the market and makes the state durable. */
  close(): Promise<void>;
}

/** What a simulator is built from; the market is not started yet. */
export interface SimulatorParts {
  readonly config: SimulatorConfig;
  readonly market: MarketSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly feed?: Partial<FeedSettings>;
}

const GOODBYE_MS = 2_000;

/** Builds the servers around a market, starts it and listens. */
export async function startSimulator(parts: SimulatorParts): Promise<RunningSimulator> {
  const { config, market, log } = parts;
  let ready = false;
  const context = assemble(parts, () => ready);
  const app = buildHttpApp(context, ROUTE_MODULES);
  const doors = [marketDoor(context.hub), portfolioDoor(context.portfolio)];
  const handshake = new FeedHandshake(doors, context.feedCodes, context.tokens, context.faults, context.clock);
  handshake.attach(app.server);
  const faultPort = config.faultPort === undefined ? undefined : buildFaultPort(context.faults);
  const opened: FastifyInstance[] = [];
  try {
    const url = await listen(app, config.host, config.port);
    opened.push(app);
    const faultUrl = faultPort === undefined ? undefined : await listen(faultPort, config.host, config.faultPort ?? 0);
    if (faultPort !== undefined) opened.push(faultPort);
    market.start();
    ready = true;
    const close = async (): Promise<void> => {
      ready = false;
      await drain(context, opened);
      await market.stop();
      await context.hall.close();
      await context.tokens.save();
    };
    log.info({ url, faultUrl, source: market.kind, plan: config.plan, seed: config.seed }, 'simulator ready');
    return { url, faultUrl, context, close: once(close) };
  } catch (error) {
    context.hub.close();
    context.portfolio.close();
    await context.hall.close();
    await Promise.all(opened.map((server) => server.close()));
    throw error;
  }
}

function assemble({ config, market, clock, log, feed }: SimulatorParts, isReady: () => boolean): SimContext {
  const state = (name: string): string => join(config.stateDir, name);
  const faults = new FaultBoard(clock);
  const brokerNow = (): number => clock.wallNow() + faults.clockShiftMs();
  const tokens = new TokenVault(new JsonFile(state('tokens.json'), VaultState), brokerNow, config.plan);
  faults.onInstant((fault) => (fault.kind === 'token-death' ? tokens.revokeAll(fault.userId) : 0));
  const catalog = new InstrumentCatalog(market);
  const hall = new TradingHall(
    {
      journalFolder: state('trading'),
      openingPaise: config.openingPaise,
      brokeragePaise: config.brokeragePaise,
      followsWall: config.source === 'live' || (config.source === 'generated' && config.sessionClock === 'wall'),
    },
    market,
    catalog,
    clock,
    log,
  );
  const directory = new AppDirectory(new JsonFile(state('apps.json'), AppSettings));
  const updateFaults = new UpdateFaults(faults, clock);
  const portfolio = new PortfolioHub(tokens, updateFaults, clock, log);
  const postbacks = new Postbacks(directory, updateFaults, log);
  hall.onUpdate((update) => {
    portfolio.publish(update);
    postbacks.publish(update);
  });
  const users = directory.listUsers().map((user) => user.userId);
  const settings = { ...DEFAULT_FEED_SETTINGS, plan: config.plan, ...feed };
  return {
    config,
    clock,
    log,
    market,
    calendar: new MarketCalendar(),
    catalog,
    expired: new ExpiredInstruments(state('expired'), catalog, (error) =>
      log.error({ error: String(error) }, 'expired instruments could not be kept'),
    ),
    directory,
    hall,
    portfolio,
    postbacks,
    staticIps: new StaticIps(new JsonFile(state('static-ips.json'), StaticIpState), users, brokerNow),
    tokens,
    authCodes: new AuthCodes(clock),
    tokenRequests: new TokenRequests(tokens, brokerNow, log),
    limiter: new RateLimiter(clock, config.limitFactor),
    census: new RequestCensus(),
    faults,
    hub: new FeedHub(settings, market, catalog, tokens, faults, clock, log),
    feedCodes: new OneTimeCodes(clock),
    startedAtMs: clock.monotonicMs(),
    isReady,
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`cannot listen on ${host}:${port} (${reason})`, { cause: error });
  }
  return `http://${host}:${portOf(app.server)}`;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function drain(context: SimContext, servers: readonly FastifyInstance[]): Promise<void> {
  context.hub.close();
  context.portfolio.close();
  const closed = Promise.all(servers.map((server) => server.close()));
  const timer = context.clock.after(GOODBYE_MS, () => hangUp(context));
  await closed;
  timer.cancel();
  hangUp(context);
}

function hangUp(context: SimContext): void {
  context.hub.terminate();
  context.portfolio.terminate();
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}
