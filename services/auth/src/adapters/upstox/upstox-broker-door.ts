import { BrokerEnvironment } from '@vega/contracts';
import { nextTokenDeath, wallInstant, type Clock } from '@vega/kernel';
import {
  AccountRestClient,
  LIVE_ENDPOINTS,
  RateLimiter,
  simulatorEndpoints,
  UpstoxError,
  UpstoxHttp,
  type UpstoxEndpoints,
} from '@vega/upstox/account';
import { BrokerRefusal } from '../../app/broker-refusal.ts';
import type { BrokerDoor, BrokerProfile, Brokers } from '../../app/ports.ts';

/** Upstox's logins and profiles behind the port. */
export class UpstoxBrokerDoor implements BrokerDoor {
  private readonly client: AccountRestClient;

  constructor(
    endpoints: UpstoxEndpoints,
    private readonly clock: Clock,
  ) {
    const random = Math.random;
    const nobody = { current: () => undefined, onChange: () => () => undefined };
    const http = new UpstoxHttp({
      endpoints,
      tokens: nobody,
      clock,
      random,
      limiter: new RateLimiter({ clock, random }),
    });
    this.client = new AccountRestClient(http, endpoints);
  }

  loginUrl(app: Parameters<BrokerDoor['loginUrl']>[0]): string {
    return this.client.loginDialogUrl(app);
  }

  async exchangeCode(app: Parameters<BrokerDoor['exchangeCode']>[0]): Promise<{ accessToken: string } & BrokerProfile> {
    const { accessToken, userId, isActive } = await refusing(() => this.client.exchangeCode(app));
    return { accessToken, brokerUserId: userId, isActive };
  }

  async requestToken(app: Parameters<BrokerDoor['requestToken']>[0]): Promise<number> {
    return (await refusing(() => this.client.requestToken(app))).expiresAtMs;
  }

  async fetchProfile(accessToken: string): Promise<BrokerProfile> {
    const token = { token: accessToken, expiresAt: wallInstant(nextTokenDeath(this.clock.wallNow())) };
    const { userId, isActive } = await refusing(() => this.client.fetchProfile(token));
    return { brokerUserId: userId, isActive };
  }
}

/** Live hosts are constants; a simulator is where the configuration says, and only then. */
export function upstoxBrokers(simulatorUrl: string | undefined, clock: Clock): Brokers {
  const live = new UpstoxBrokerDoor(LIVE_ENDPOINTS, clock);
  const simulator =
    simulatorUrl === undefined ? undefined : new UpstoxBrokerDoor(simulatorEndpoints(simulatorUrl), clock);
  return (environment) => {
    if (environment === BrokerEnvironment.LIVE) return live;
    return environment === BrokerEnvironment.SIMULATOR ? simulator : undefined;
  };
}

/** What the broker has definitely refused is told as such; whatever else went wrong passes. */
async function refusing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UpstoxError)) throw error;
    const isTokenInvalid = error.code === 'UPSTOX_TOKEN_INVALID' || error.code === 'UPSTOX_TOKEN_MISSING';
    if (isTokenInvalid || error.outcome === 'rejected')
      throw new BrokerRefusal(isTokenInvalid, error.upstreamCode ?? '');
    throw error;
  }
}
