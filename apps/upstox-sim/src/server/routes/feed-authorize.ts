import { FEED_PATH, feederUrl } from '../../feed/feed-handshake.ts';
import { RawReply, success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

/** REST doors to the market feed. The WebSocket handshake itself is answered by the feed. */
export function feedAuthorizeRoutes(context: SimContext): Route[] {
  const address = ({ grant, request }: UserCall): string => {
    const { requestId, code } = context.feedCodes.issue(grant);
    return feederUrl(request.raw, requestId, code);
  };
  return [
    {
      method: 'GET',
      path: `${FEED_PATH}/authorize`,
      accepts: MARKET_TOKENS,
      handle: (call) => {
        const url = address(call);
        return success({ authorized_redirect_uri: url, authorizedRedirectUri: url });
      },
    },
    {
      method: 'GET',
      path: FEED_PATH,
      accepts: MARKET_TOKENS,
      handle: (call) => new RawReply(302, '', { location: address(call) }),
    },
    ...['/v2/feed/market-data-feed', '/v2/feed/market-data-feed/authorize'].map((path): Route => ({
      method: 'GET',
      path,
      accepts: MARKET_TOKENS,
      handle: () => {
        throw apiError('UDAPI10000:gone');
      },
    })),
  ];
}
