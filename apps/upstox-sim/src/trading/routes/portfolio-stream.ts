import { PORTFOLIO_DOOR, PORTFOLIO_PATH } from '../stream/portfolio-door.ts';
import { parseUpdateTypes } from '../stream/portfolio-hub.ts';
import { redirectUrl } from '../../feed/feed-handshake.ts';
import { apiError } from '../../server/error-codes.ts';
import { RawReply, success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';

/** REST doors to the portfolio stream. The WebSocket handshake itself is answered by its door. */
export function portfolioStreamRoutes(context: SimContext): Route[] {
  const address = ({ grant, request, query }: UserCall): string => {
    if (parseUpdateTypes(query.get('update_types')) === undefined) throw apiError('UDAPI100036');
    return redirectUrl(PORTFOLIO_DOOR.feederPath, request.raw, context.feedCodes.issue(grant), query);
  };
  return [
    {
      method: 'GET',
      path: `${PORTFOLIO_PATH}/authorize`,
      accepts: USER_TOKENS,
      handle: (call) => {
        const url = address(call);
        return success({ authorized_redirect_uri: url, authorizedRedirectUri: url });
      },
    },
    {
      method: 'GET',
      path: PORTFOLIO_PATH,
      accepts: USER_TOKENS,
      handle: (call) => new RawReply(302, '', { location: address(call) }),
    },
  ];
}
