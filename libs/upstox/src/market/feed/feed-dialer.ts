import type { UpstoxEndpoints } from '../../wire/endpoints.ts';
import { type BrokerToken, isUsableToken } from '../../wire/token-source.ts';
import { UpstoxError } from '../../wire/upstox-error.ts';
import type { MarketRestClient } from '../rest/market-rest-client.ts';

/** Where and how to open one connection of the feed. */
export interface FeedAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Obtains the address of one connection, anew for each. Rejects with an `UpstoxError`. */
export type FeedDialer = (token: BrokerToken, signal: AbortSignal) => Promise<FeedAddress>;

/** Dials by the authorize call, whose one-time URL needs no header. */
export function authorizedDialer(rest: Pick<MarketRestClient, 'authorizeFeed'>): FeedDialer {
  return async (token, signal) => ({ url: await rest.authorizeFeed(token, { signal }), headers: {} });
}

/** Dials the fixed URL with a bearer header; the server redirects to a one-time URL. */
export function headerDialer(endpoints: UpstoxEndpoints): FeedDialer {
  const api = 'GET /v3/feed/market-data-feed';
  return ({ token }) => {
    if (isUsableToken(token)) {
      return Promise.resolve({ url: endpoints.marketFeed, headers: { Authorization: `Bearer ${token}` } });
    }
    const message = 'the token holds characters no header can';
    return Promise.reject(new UpstoxError('UPSTOX_TOKEN_MISSING', message, 'not-sent', { api }));
  };
}
