import { TRADING_ROUTES } from '../../trading/routes/index.ts';
import type { RouteModule } from '../sim-context.ts';
import { candleRoutes } from './candles.ts';
import { developerAppRoutes } from './developer-apps.ts';
import { expiredRoutes } from './expired.ts';
import { feedAuthorizeRoutes } from './feed-authorize.ts';
import { institutionalRoutes } from './institutional.ts';
import { instrumentFileRoutes } from './instrument-files.ts';
import { loginDialogRoutes } from './login-dialog.ts';
import { marketSessionRoutes } from './market-session.ts';
import { ohlcRoutes } from './ohlc.ts';
import { openInterestRoutes } from './open-interest.ts';
import { optionRoutes } from './options.ts';
import { quoteRoutes } from './quotes.ts';
import { searchRoutes } from './search.ts';
import { simulatorPageRoutes } from './simulator-pages.ts';
import { smartlistRoutes } from './smartlist.ts';
import { tokenRoutes } from './token.ts';

/** Everything this simulator serves over HTTP. */
export const ROUTE_MODULES: readonly RouteModule[] = [
  simulatorPageRoutes,
  developerAppRoutes,
  loginDialogRoutes,
  tokenRoutes,
  feedAuthorizeRoutes,
  marketSessionRoutes,
  instrumentFileRoutes,
  quoteRoutes,
  ohlcRoutes,
  optionRoutes,
  candleRoutes,
  expiredRoutes,
  searchRoutes,
  openInterestRoutes,
  institutionalRoutes,
  smartlistRoutes,
  ...TRADING_ROUTES,
];
