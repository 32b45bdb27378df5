/** Checks of who asks, of the account, of the market's state and of the deadline. */
import { failed, passed, skipped, type Check } from './check.ts';

const killSwitch: Check = {
  code: 'KILL_SWITCH_ENGAGED',
  stops: 'every',
  run: ({ reducing }, { kill }) => {
    const stopped = kill.stops === 'everything' || (kill.stops === 'opening' && !reducing);
    return stopped ? failed('KILL_SWITCH_ENGAGED', `engaged for ${kill.scope}`) : passed('KILL_SWITCH_ENGAGED');
  },
};

const principal: Check = {
  code: 'PRINCIPAL_NOT_ALLOWED',
  stops: 'every',
  run: (_order, { principalFault }) =>
    principalFault === undefined ? passed('PRINCIPAL_NOT_ALLOWED') : failed('PRINCIPAL_NOT_ALLOWED', principalFault),
};

const account: Check = {
  code: 'ACCOUNT_NOT_TRADING',
  stops: 'every',
  run: (_order, { accountFault }) =>
    accountFault === undefined ? passed('ACCOUNT_NOT_TRADING') : failed('ACCOUNT_NOT_TRADING', accountFault),
};

const halted: Check = {
  code: 'ACCOUNT_HALTED',
  stops: 'every',
  run: (_order, { haltReason }) =>
    haltReason === undefined ? passed('ACCOUNT_HALTED') : failed('ACCOUNT_HALTED', haltReason),
};

const token: Check = {
  code: 'BROKER_TOKEN_NOT_VALID',
  stops: 'every',
  run: (_order, { tokenFault }) =>
    tokenFault === undefined ? passed('BROKER_TOKEN_NOT_VALID') : failed('BROKER_TOKEN_NOT_VALID', tokenFault),
};

const marketSource: Check = {
  code: 'MARKET_SOURCE_NOT_LIVE',
  stops: 'every',
  run: (_order, { environment, marketSource: source }) =>
    environment !== 'live'
      ? skipped('MARKET_SOURCE_NOT_LIVE', `a ${environment} account`)
      : source === 'live'
        ? passed('MARKET_SOURCE_NOT_LIVE')
        : failed('MARKET_SOURCE_NOT_LIVE', `the market is ${source === 'unknown' ? 'not known' : 'a simulator'}`),
};

const marketTime: Check = {
  code: 'MARKET_TIME_UNKNOWN',
  stops: 'every',
  run: (_order, { marketNowMs }) =>
    marketNowMs === undefined ? failed('MARKET_TIME_UNKNOWN', 'no market time yet') : passed('MARKET_TIME_UNKNOWN'),
};

const expired: Check = {
  code: 'INTENT_EXPIRED',
  stops: 'every',
  run: ({ terms }, { marketNowMs = Number.POSITIVE_INFINITY }) => {
    const holds = marketNowMs <= terms.validUntilMs;
    return {
      code: 'INTENT_EXPIRED',
      passed: holds,
      applied: true,
      value: Number.isFinite(marketNowMs) ? marketNowMs : undefined,
      limit: terms.validUntilMs,
      unit: 'ms',
      detail: holds ? '' : 'it came after its time',
    };
  },
};

const session: Check = {
  code: 'SESSION_CLOSED',
  stops: 'every',
  run: ({ terms }, { session: phase }) => {
    if (phase === 'continuous') return passed('SESSION_CLOSED');
    const auctionFits = terms.orderType === 'LIMIT' && terms.validity === 'DAY' && terms.disclosedQty === 0;
    if (phase === 'auction' && auctionFits) return passed('SESSION_CLOSED', 'auction');
    const why = phase === 'auction' ? 'an auction takes plain day limits only' : `the session is ${phase}`;
    return failed('SESSION_CLOSED', why);
  },
};

/** In precedence order. */
export const STANDING_CHECKS: readonly Check[] = [
  killSwitch,
  principal,
  account,
  halted,
  token,
  marketSource,
  marketTime,
  expired,
  session,
];
