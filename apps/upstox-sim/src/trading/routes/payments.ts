import { paiseToRupees, rupeesToPaise } from '@vega/kernel';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { istText } from '../views/order-view.ts';
import { bodyOf } from './order-body.ts';

const MODES = ['NEFT', 'INSTANT'];

/** Money in and out. A payout is paid at once: it can neither be changed nor called back. */
export function paymentRoutes(context: SimContext): Route[] {
  const route = (method: Route['method'], path: string, handle: (call: UserCall) => unknown): Route => ({
    method,
    path,
    accepts: USER_TOKENS,
    handle,
  });
  const unknownPayout = (): never => {
    throw apiError('UDAPI100060', { message: 'No payout of this transaction id waits' });
  };
  return [
    route('GET', '/v2/user/payments/payin', (call) => history(context, call, 1)),
    route('GET', '/v2/user/payments/payout', (call) => history(context, call, -1)),
    route('GET', '/v2/user/payments/payout/modes', () => success({ modes: MODES })),
    route('POST', '/v2/user/payments/payout', (call) => payOut(context, call)),
    route('PUT', '/v2/user/payments/payout/:transaction_id', unknownPayout),
    route('DELETE', '/v2/user/payments/payout/:transaction_id', unknownPayout),
  ];
}

function history(context: SimContext, { grant }: UserCall, sign: 1 | -1): Promise<unknown> {
  return context.hall.read(() => {
    const rows = context.hall.account(grant.userId).movements.filter(({ paise }) => Math.sign(paise) === sign);
    return success(
      rows.map(({ at, paise, reason }) => ({
        amount: paiseToRupees(Math.abs(paise)),
        mode: reason,
        status: 'SUCCESS',
        bank_name: 'SIMULATED BANK',
        transaction_id: `TXN${at}`,
        total_charges: 0,
        created_at: istText(at),
      })),
    );
  });
}

async function payOut(context: SimContext, { grant, body }: UserCall): Promise<unknown> {
  const { mode, amount } = bodyOf(body);
  if (typeof mode !== 'string' || !MODES.includes(mode)) throw apiError('UDAPI100036', { property: 'mode' });
  if (typeof amount !== 'number' || !(amount > 0) || amount > 1e9)
    throw apiError('UDAPI100036', { property: 'amount' });
  const paise = rupeesToPaise(amount);
  const at = context.hall.market.now();
  const paid = await context.hall.run((exchange) => {
    if (exchange.funds(context.hall.account(grant.userId)).availablePaise < paise) return false;
    exchange.moveCash(grant.userId, -paise, mode);
    return true;
  });
  if (!paid) throw apiError('UDAPI100036', { message: 'The amount exceeds the available funds', property: 'amount' });
  return success({ transaction_id: `TXN${at}`, amount, mode, status: 'SUCCESS' });
}
