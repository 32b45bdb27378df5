export * from './account-client.ts';
export { LIVE_ENDPOINTS, simulatorEndpoints, type UpstoxEndpoints } from '../wire/endpoints.ts';
export { UpstoxHttp, type UpstoxHttpOptions } from '../wire/http-client.ts';
export { RateLimiter } from '../wire/rate-limiter.ts';
export type { BrokerToken, TokenSource } from '../wire/token-source.ts';
export { UpstoxError, type UpstoxErrorCode } from '../wire/upstox-error.ts';
