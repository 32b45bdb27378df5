/** Where the trading half of an Upstox lives. An account's environment chooses one of these for good. */
export interface TradingEndpoints {
  /** Origin of place, modify and cancel, no trailing slash. */
  readonly orders: string;
  /** Origin of everything else. */
  readonly rest: string;
  /** Stream URLs handed out by the server must be `wss:` on this domain or below; absent where any host is accepted. */
  readonly streamDomain?: string;
  /** Whether it has books, positions, funds and a stream: the sandbox has only the order endpoints. */
  readonly hasBooks: boolean;
}

export const LIVE_TRADING: TradingEndpoints = {
  orders: 'https://api-hft.upstox.com',
  rest: 'https://api.upstox.com',
  streamDomain: 'upstox.com',
  hasBooks: true,
};

export const SANDBOX_TRADING: TradingEndpoints = {
  orders: 'https://api-sandbox.upstox.com',
  rest: 'https://api-sandbox.upstox.com',
  streamDomain: 'upstox.com',
  hasBooks: false,
};

/** A simulator serves all of it from one origin. */
export function simulatorTrading(origin: string): TradingEndpoints {
  const rest = origin.replace(/\/+$/, '');
  return { orders: rest, rest, hasBooks: true };
}
