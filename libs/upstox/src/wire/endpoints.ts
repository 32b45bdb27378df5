/** Where an Upstox lives. The environment of an account chooses one of these at creation; nothing mixes them. */
export interface UpstoxEndpoints {
  /** Origin of the REST API, no trailing slash. */
  readonly rest: string;
  /** WebSocket URL that takes a bearer header and redirects to the feed. */
  readonly marketFeed: string;
  /** Folder of the instrument master files, no trailing slash. */
  readonly instruments: string;
  /** Feed URLs handed out by the server must be `wss:` on this domain or below; absent where any host is accepted. */
  readonly feedDomain?: string;
}

/** The real Upstox. */
export const LIVE_ENDPOINTS: UpstoxEndpoints = {
  rest: 'https://api.upstox.com',
  marketFeed: 'wss://api.upstox.com/v3/feed/market-data-feed',
  instruments: 'https://assets.upstox.com/market-quote/instruments/exchange',
  feedDomain: 'upstox.com',
};

/** An Upstox simulator at an origin such as `http://127.0.0.1:9080`, which serves all of it from that one origin. */
export function simulatorEndpoints(origin: string): UpstoxEndpoints {
  const rest = origin.replace(/\/+$/, '');
  return {
    rest,
    marketFeed: `${rest.replace(/^http/, 'ws')}/v3/feed/market-data-feed`,
    instruments: `${rest}/market-quote/instruments/exchange`,
  };
}

/** Whether a URL may be opened as the feed of these endpoints: a WebSocket URL, and Upstox's own over TLS when live. */
export function isFeedUrl(endpoints: UpstoxEndpoints, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const domain = endpoints.feedDomain;
  if (domain === undefined) return url.protocol === 'ws:' || url.protocol === 'wss:';
  return url.protocol === 'wss:' && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
}
