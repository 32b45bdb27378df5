import type { RouteModule } from '../../server/sim-context.ts';
import { fundsRoutes } from './funds.ts';
import { orderBookRoutes } from './order-books.ts';
import { placeModifyCancelRoutes } from './place-modify-cancel.ts';
import { portfolioRoutes } from './portfolio.ts';
import { portfolioStreamRoutes } from './portfolio-stream.ts';

/** The trading half of the broker over HTTP. */
export const TRADING_ROUTES: readonly RouteModule[] = [
  placeModifyCancelRoutes,
  orderBookRoutes,
  portfolioRoutes,
  fundsRoutes,
  portfolioStreamRoutes,
];
