import { OrdersController, TradesController } from './orders.controller.ts';
import { RiskController } from './risk.controller.ts';

/** Every REST controller about orders and risk. */
export const ORDER_CONTROLLERS = [OrdersController, TradesController, RiskController] as const;
