import { paiseToRupees } from '@vega/kernel';
import {
  averagePaise,
  netQuantity,
  unrealisedPaise,
  type Account,
  type Holding,
  type MarketView,
  type Position,
} from '@vega/exchange';
import { averageRupees, exchangeName } from './order-view.ts';

/** What both the REST answer and the stream tell of a position. */
export function positionFields(position: Position): Record<string, unknown> {
  const { instrument } = position;
  const { overnightBuyQuantity, overnightBuyPaise, overnightSellQuantity, overnightSellPaise } = position;
  const { dayBuyQuantity, dayBuyPaise, daySellQuantity, daySellPaise } = position;
  const average = averagePaise(position);
  return {
    exchange: exchangeName(instrument),
    multiplier: 1,
    product: position.product,
    instrument_token: instrument.key,
    average_price: average === null ? null : Math.round(average * 100) / 10_000,
    buy_value: paiseToRupees(dayBuyPaise + overnightBuyPaise),
    overnight_quantity: overnightBuyQuantity - overnightSellQuantity,
    day_buy_value: paiseToRupees(dayBuyPaise),
    day_buy_price: averageRupees(dayBuyPaise, dayBuyQuantity),
    overnight_buy_amount: paiseToRupees(overnightBuyPaise),
    overnight_buy_quantity: overnightBuyQuantity,
    day_buy_quantity: dayBuyQuantity,
    day_sell_value: paiseToRupees(daySellPaise),
    day_sell_price: averageRupees(daySellPaise, daySellQuantity),
    overnight_sell_amount: paiseToRupees(overnightSellPaise),
    overnight_sell_quantity: overnightSellQuantity,
    day_sell_quantity: daySellQuantity,
    quantity: netQuantity(position),
    sell_value: paiseToRupees(daySellPaise + overnightSellPaise),
    buy_price: averageRupees(dayBuyPaise + overnightBuyPaise, dayBuyQuantity + overnightBuyQuantity),
    sell_price: averageRupees(daySellPaise + overnightSellPaise, daySellQuantity + overnightSellQuantity),
  };
}

/** A position as the portfolio answers it. */
export function positionView(position: Position, market: MarketView | undefined): Record<string, unknown> {
  const { instrument } = position;
  const net = netQuantity(position);
  const last = market?.lastPaise ?? Math.round(averagePaise(position) ?? 0);
  const unrealised = net === 0 ? 0 : unrealisedPaise(position, last);
  return {
    ...positionFields(position),
    value: paiseToRupees(net * last),
    pnl: paiseToRupees(position.realisedPaise + unrealised),
    last_price: paiseToRupees(last),
    unrealised: paiseToRupees(unrealised),
    realised: paiseToRupees(position.realisedPaise),
    trading_symbol: instrument.symbol,
    tradingsymbol: instrument.symbol,
    close_price: paiseToRupees(market?.previousClosePaise ?? 0),
  };
}

/** A position as the stream carries it: without last price and gains. */
export function positionMessage(position: Position): Record<string, unknown> {
  return { update_type: 'position', ...positionFields(position), instrument_key: position.instrument.key };
}

function holdingFields(account: Account, holding: Holding): Record<string, unknown> {
  const { instrument } = holding;
  const sold = account.positions.get(`${instrument.key}#D`);
  return {
    isin: instrument.isin ?? '',
    cnc_used_quantity: sold === undefined ? 0 : Math.max(0, -netQuantity(sold)),
    collateral_type: 'WC',
    company_name: instrument.name ?? instrument.symbol,
    haircut: 0.2,
    product: 'D',
    quantity: holding.quantity,
    instrument_token: instrument.key,
    average_price: averageRupees(holding.costPaise, holding.quantity),
    collateral_quantity: 0,
    collateral_update_quantity: 0,
    t1_quantity: holding.t1Quantity,
    exchange: exchangeName(instrument),
  };
}

/** Shares in the depository as the portfolio answers them. */
export function holdingView(
  account: Account,
  holding: Holding,
  market: MarketView | undefined,
): Record<string, unknown> {
  const { instrument, quantity, costPaise } = holding;
  const last = market?.lastPaise ?? 0;
  const close = market?.previousClosePaise ?? 0;
  return {
    ...holdingFields(account, holding),
    trading_symbol: instrument.symbol,
    tradingsymbol: instrument.symbol,
    last_price: paiseToRupees(last),
    close_price: paiseToRupees(close),
    pnl: paiseToRupees(quantity * last - costPaise),
    day_change: paiseToRupees(last - close),
    day_change_percentage: close === 0 ? 0 : Math.round(((last - close) / close) * 1_000_000) / 10_000,
  };
}

/** Shares in the depository as the stream carries them. */
export function holdingMessage(account: Account, holding: Holding): Record<string, unknown> {
  return { update_type: 'holding', ...holdingFields(account, holding), instrument_key: holding.instrument.key };
}
