import type { Product, Side } from '@vega/exchange';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { readRoute } from '../trading-gate.ts';
import { holdingView, positionView } from '../views/position-view.ts';
import { bodyOf } from './order-body.ts';

/** Positions, holdings and the conversion between products. */
export function portfolioRoutes(context: SimContext): Route[] {
  const { hall } = context;
  const positions = ({ grant }: UserCall, isMtf: boolean): Promise<unknown> =>
    hall.read(() => {
      const all = [...hall.account(grant.userId).positions.values()];
      const wanted = all.filter((position) => (position.product === 'MTF') === isMtf);
      return success(wanted.map((position) => positionView(position, hall.market.view(position.instrument.key))));
    });
  return [
    readRoute(context, '/v2/portfolio/short-term-positions', (call) => positions(call, false)),
    readRoute(context, '/v3/portfolio/mtf-positions', (call) => positions(call, true)),
    readRoute(context, '/v2/portfolio/long-term-holdings', ({ grant }) =>
      hall.read(() => {
        const account = hall.account(grant.userId);
        const views = [...account.holdings.values()].map((holding) =>
          holdingView(account, holding, hall.market.view(holding.instrument.key)),
        );
        return success(views);
      }),
    ),
    {
      method: 'PUT',
      path: '/v2/portfolio/convert-position',
      accepts: USER_TOKENS,
      handle: (call) => convert(context, call),
    },
  ];
}

async function convert(context: SimContext, { grant, body }: UserCall): Promise<unknown> {
  const fields = bodyOf(body);
  const { instrument_token: key, new_product: to, old_product: from, transaction_type: side, quantity } = fields;
  const isProduct = (value: unknown): value is Product => value === 'I' || value === 'D' || value === 'MTF';
  const isSide = (value: unknown): value is Side => value === 'BUY' || value === 'SELL';
  const isWhole = typeof quantity === 'number' && Number.isInteger(quantity) && quantity > 0;
  if (typeof key !== 'string' || !isProduct(to) || !isProduct(from) || !isSide(side) || !isWhole) {
    throw apiError('UDAPI100036');
  }
  const account = grant.userId;
  const done = await context.hall.run((exchange) => exchange.convert({ account, key, from, to, side, quantity }));
  if (!done) throw apiError('UDAPI1035');
  return success({ status: 'complete' });
}
