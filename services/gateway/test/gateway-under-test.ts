// The whole gateway over a nats-server and a Redis of the spec's own, with a stand-in for market-feed.
import { runService, type RunningService } from '@vega/platform';
import { freePort, testNats, testRedis, type OwnServer, type TestResource } from '@vega/testkit';
import type { AccessPolicy } from '../src/app/access.ts';
import type { StreamChannel } from '../src/app/stream/channel.ts';
import { StreamHub } from '../src/app/stream/stream-hub.ts';
import { gatewayServiceWith } from '../src/gateway.service.ts';
import { MarketFeedStandIn } from './market-feed-stand-in.ts';
import { AuthStandIn } from './auth-stand-in.ts';
import { everybody } from './principals.ts';

/** A running gateway and what it stands on. */
export interface GatewayUnderTest {
  readonly url: string;
  /** What its stream offers. */
  readonly channels: readonly StreamChannel[];
  /** Host and port of gRPC. */
  readonly grpc: string;
  readonly feed: MarketFeedStandIn;
  readonly auth: AuthStandIn;
  readonly nats: OwnServer;
  readonly redis: TestResource;
  readonly service: RunningService;
  /** Codes with which the service wanted to end its process. */
  readonly exits: number[];
  get(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts it; `environment` overrides the simulator's. Everybody is let in unless the spec gives another policy, or asks for the gateway's own. */
export async function startGateway(
  environment: Record<string, string> = {},
  access: AccessPolicy | 'own' = everybody(),
): Promise<GatewayUnderTest> {
  const [nats, redis, port, grpcPort] = await Promise.all([testNats(), testRedis(), freePort(), freePort()]);
  const [feed, auth] = await Promise.all([MarketFeedStandIn.start(nats.url), AuthStandIn.start(nats.url)]);
  const exits: number[] = [];
  const definition = gatewayServiceWith(access === 'own' ? undefined : access);
  let hub: StreamHub | undefined;
  const serve: typeof definition.serve = async (root, context) => {
    const app = await definition.serve?.(root, context);
    if (app === undefined) throw new Error('the gateway serves nothing');
    hub = app.get(StreamHub, { strict: false });
    return app;
  };
  const service = await runService(
    { ...definition, serve },
    {
      environment: {
        VEGA_NATS_URL: nats.url,
        VEGA_REDIS_URL: redis.url,
        VEGA_HTTP_PORT: String(port),
        VEGA_GRPC_PORT: String(grpcPort),
        VEGA_UPSTOX_ENV: 'simulator',
        VEGA_LOG_LEVEL: 'silent',
        VEGA_REPLICA: 'gateway-under-test',
        ...environment,
      },
      exit: (code) => exits.push(code),
    },
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    channels: hub?.channels ?? [],
    grpc: `127.0.0.1:${grpcPort}`,
    feed,
    auth,
    nats,
    redis,
    service,
    exits,
    async get(path, init) {
      const response = await fetch(`${url}${path}`, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
    },
    async metric(name) {
      const response = await fetch(`http://127.0.0.1:${service.opsPort}/metrics`);
      const lines = (await response.text())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    async close() {
      await service.drain();
      await Promise.all([feed.close(), auth.close()]);
      await Promise.all([nats.close(), redis.close()]);
    },
  };
}
