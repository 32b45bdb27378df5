import { GatewaySession } from '@vega/client';

/**
 * The page's session: its access token is in memory, the refresh token in a cookie that no script can read. When it is over,
 * here or elsewhere, the page begins anew and asks who is there.
 */
export const session = new GatewaySession({
  baseUrl: '',
  refreshTokenIn: 'cookie',
  onChange: (user) => {
    if (user === undefined) location.reload();
  },
});
