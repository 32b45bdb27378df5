import type { StreamDoor } from '../../feed/feed-handshake.ts';
import { parseUpdateTypes, type PortfolioHub } from './portfolio-hub.ts';

/** Where a client with a bearer token connects. */
export const PORTFOLIO_PATH = '/v2/feed/portfolio-stream-feed';

export const PORTFOLIO_DOOR = { path: PORTFOLIO_PATH, feederPath: '/order-updates/upstox-developer-api/feed' } as const;

/** The handshake of the portfolio stream. */
export function portfolioDoor(hub: PortfolioHub): StreamDoor {
  return {
    ...PORTFOLIO_DOOR,
    tokens: ['access'],
    hasRoom: (userId) => hub.hasRoom(userId),
    isRequest: (query) => parseUpdateTypes(query.get('update_types')) !== undefined,
    accept: (socket, grant, query) =>
      hub.accept(socket, grant, parseUpdateTypes(query.get('update_types')) ?? new Set()),
  };
}
