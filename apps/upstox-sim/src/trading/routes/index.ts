import type { RouteModule } from '../../server/sim-context.ts';
import { accountSafetyRoutes } from './account-safety.ts';
import { chargeRoutes } from './charges.ts';
import { fundsRoutes } from './funds.ts';
import { gttRoutes } from './gtt-orders.ts';
import { historyReportRoutes } from './history-reports.ts';
import { multiOrderRoutes } from './multi-orders.ts';
import { orderBookRoutes } from './order-books.ts';
import { paymentRoutes } from './payments.ts';
import { placeModifyCancelRoutes } from './place-modify-cancel.ts';
import { portfolioRoutes } from './portfolio.ts';
import { portfolioStreamRoutes } from './portfolio-stream.ts';
import { unsimulatedRoutes } from './unsimulated.ts';

/** The trading half of the broker over HTTP. */
export const TRADING_ROUTES: readonly RouteModule[] = [
  placeModifyCancelRoutes,
  orderBookRoutes,
  portfolioRoutes,
  fundsRoutes,
  portfolioStreamRoutes,
  multiOrderRoutes,
  gttRoutes,
  chargeRoutes,
  historyReportRoutes,
  accountSafetyRoutes,
  paymentRoutes,
  unsimulatedRoutes,
];
