import { paiseToRupees } from '@vega/kernel';
import type { Funds } from '@vega/exchange';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { requireServiceHours } from '../trading-gate.ts';

/** Funds and margin, in both versions. */
export function fundsRoutes(context: SimContext): Route[] {
  const fundsOf = ({ grant }: UserCall): Promise<Funds> => {
    requireServiceHours(context, 'UDAPI100072');
    return context.hall.read((exchange) => exchange.funds(context.hall.account(grant.userId)));
  };
  return [
    {
      method: 'GET',
      path: '/v2/user/get-funds-and-margin',
      accepts: USER_TOKENS,
      handle: async (call) => {
        const segment = call.query.get('segment');
        if (segment !== null && segment !== 'SEC' && segment !== 'COM') throw apiError('UDAPI1019');
        const views = { equity: equityView(await fundsOf(call)), commodity: NO_COMMODITY };
        if (segment === null) return success(views);
        return success(segment === 'SEC' ? { equity: views.equity } : { commodity: views.commodity });
      },
    },
    {
      method: 'GET',
      path: '/v3/user/get-funds-and-margin',
      accepts: USER_TOKENS,
      handle: async (call) => success(fundsV3(await fundsOf(call))),
    },
  ];
}

/** Since 2025-07-19 everything is told under equity. */
const NO_COMMODITY = {
  used_margin: 0,
  payin_amount: 0,
  span_margin: 0,
  adhoc_margin: 0,
  notional_cash: 0,
  available_margin: 0,
  exposure_margin: 0,
};

function equityView(funds: Funds): Record<string, number> {
  return {
    used_margin: paiseToRupees(funds.usedPaise),
    payin_amount: paiseToRupees(funds.addedPaise),
    span_margin: paiseToRupees(funds.spanPaise),
    adhoc_margin: 0,
    notional_cash: 0,
    available_margin: paiseToRupees(funds.availablePaise),
    exposure_margin: paiseToRupees(funds.exposurePaise),
  };
}

function fundsV3(funds: Funds): Record<string, unknown> {
  const rupees = paiseToRupees;
  const { realisedLossPaise, unrealisedLossPaise, spanPaise, exposurePaise, premiumPaise } = funds;
  const cash = {
    opening_balance: rupees(funds.openingPaise),
    added_today: rupees(funds.addedPaise),
    withdrawn_today: rupees(funds.withdrawnPaise),
    amount_from_stock_sale: rupees(funds.stockSalePaise),
    unpaid_charges: rupees(funds.unpaidChargesPaise),
  };
  // What options and shares have cost today is cash that is no longer there.
  const spentPaise =
    funds.openingPaise + funds.addedPaise - funds.withdrawnPaise + funds.stockSalePaise - funds.cashPaise;
  const premiumPresentPaise = premiumPaise + spentPaise + funds.unsettledGainPaise - realisedLossPaise;
  const used = {
    mtf: 0,
    loss: {
      total: rupees(realisedLossPaise + unrealisedLossPaise),
      realised: rupees(realisedLossPaise),
      unrealised: rupees(unrealisedLossPaise),
    },
    span_exposure: rupees(spanPaise + exposurePaise),
    cash_margin_var_elm: rupees(funds.cashMarginPaise),
    premium_present: rupees(premiumPresentPaise),
    delivery_margin: { total: rupees(funds.deliveryPaise), equity: rupees(funds.deliveryPaise), fo_settlement: 0 },
  };
  const usedPaise =
    realisedLossPaise +
    unrealisedLossPaise +
    spanPaise +
    exposurePaise +
    funds.cashMarginPaise +
    premiumPresentPaise +
    funds.deliveryPaise;
  const none = { total: 0, mtf: 0, span_exposure: 0, cash_margin_var_elm: 0, premium_present: 0, delivery_margin: 0 };
  return {
    available_to_trade: {
      total: rupees(funds.availablePaise),
      cash_available_to_trade: {
        total: rupees(funds.availablePaise),
        cash,
        margin_used: { total: rupees(usedPaise), ...used },
      },
      pledge_available_to_trade: { margin_from_pledge: { total: 0, equity: 0, mutual_funds: 0 }, margin_used: none },
    },
    unavailable_to_trade: {
      cash_unavailable_to_trade: {
        unsettled_profit: { todays_profit: rupees(funds.unsettledGainPaise), previous_days: 0 },
      },
      pledge_unavailable_to_trade: { equity: 0, mutual_funds: 0 },
    },
  };
}
