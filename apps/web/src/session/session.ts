import { GatewaySession } from '@vega/client';

/** The page's session: its access token is in memory, the refresh token in a cookie that no script can read. */
export const session = new GatewaySession({ baseUrl: '', refreshTokenIn: 'cookie' });
