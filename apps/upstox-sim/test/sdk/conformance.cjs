'use strict';
/**
 * The official SDK as a conformance client: every market and login method, and the market streamer in every mode.
 * Prints one JSON report on standard output: checks with their outcome, and how much was said.
 */
const assert = require('node:assert/strict');
const Upstox = require('upstox-js-sdk');
const { SIM_URL, FAULT_URL, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, USER_ID, PIN, SCENE } = process.env;
const scene = JSON.parse(SCENE);
/** The SDK's classes that serve market data and login; of UserApi only the profile, of WebsocketApi the market feed. */
const APIS = [
  'LoginApi',
  'UserApi',
  'MarketHolidaysAndTimingsApi',
  'MarketQuoteApi',
  'MarketQuoteV3Api',
  'OptionsApi',
  'HistoryApi',
  'HistoryV3Api',
  'ExpiredInstrumentApi',
  'InstrumentsApi',
  'MarketApi',
  'WebsocketApi',
];
const available = APIS.flatMap((api) =>
  Object.getOwnPropertyNames(Upstox[api].prototype)
    .filter((method) => method !== 'constructor' && typeof Upstox[api].prototype[method] === 'function')
    .filter((method) => !method.startsWith('mapTo'))
    .filter((method) => api !== 'UserApi' || method === 'getProfile')
    .filter((method) => !method.includes('Portfolio'))
    .map((method) => `${api}.${method}`),
).sort();
const report = { checks: [], methods: [], available, requests: 0, messages: 0, liveMessages: 0 };
const WAIT_MS = Number(process.env.WAIT_MS);

async function check(name, body) {
  const start = performance.now();
  try {
    await body();
    report.checks.push({ name, ok: true, ms: Math.round(performance.now() - start) });
  } catch (error) {
    report.checks.push({ name, ok: false, detail: String(error.message ?? error).slice(0, 600) });
  }
}

/** Calls an SDK method; the promise of its data. Rejects with the SDK's error. */
function call(apiName, method, ...args) {
  const api = new Upstox[apiName]();
  report.methods.push(`${apiName}.${method}`);
  report.requests++;
  return new Promise((resolve, reject) => {
    api[method](...args, (error, data, response) =>
      error ? reject(error) : resolve({ data, body: response.body, response }),
    );
  });
}

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    if (error.response === undefined) throw error;
    return { status: error.status, body: JSON.parse(error.response.text) };
  }
  throw new Error('the call was expected to fail and did not');
}

async function until(what, condition) {
  const deadline = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The login page as a browser would use it; the code it ends with. */
async function signIn() {
  const { response } = await call('LoginApi', 'authorize', CLIENT_ID, REDIRECT_URI, '2.0', { state: 'from-sdk' });
  const page = new URL(response.redirects.at(-1));
  report.requests++;
  const answer = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ user_id: USER_ID, pin: PIN }),
  });
  const target = new URL(answer.headers.get('location'));
  assert.equal(target.searchParams.get('state'), 'from-sdk');
  return target.searchParams.get('code');
}

async function login() {
  const code = await signIn();
  const { data } = await call('LoginApi', 'token', '2.0', {
    code,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: REDIRECT_URI,
    grantType: 'authorization_code',
  });
  assert.equal(data.userId, USER_ID);
  assert.ok(data.exchanges.includes('NFO'));
  assert.ok(data.accessToken.split('.').length === 3);
  return data.accessToken;
}

function only(map) {
  const values = Object.values(map);
  assert.equal(values.length, 1);
  return values[0];
}

async function quotes() {
  const { underlying, option, share } = scene;
  await check('v2 full quote', async () => {
    const quote = only((await call('MarketQuoteApi', 'getFullMarketQuote', option, '2.0')).data.data);
    assert.equal(quote.instrumentToken, option);
    assert.ok(quote.lastPrice > 0 && quote.depth.buy.length === 5 && quote.ohlc.high >= quote.ohlc.low);
  });
  await check('v2 ltp and ohlc', async () => {
    assert.ok(only((await call('MarketQuoteApi', 'ltp', underlying, '2.0')).data.data).lastPrice > 0);
    assert.ok(
      only((await call('MarketQuoteApi', 'getMarketQuoteOHLC', underlying, '1d', '2.0')).data.data).ohlc.high > 0,
    );
  });
  await check('v3 quotes, ltp, ohlc, greeks', async () => {
    const keys = { instrumentKey: `${option},${share}` };
    const full = Object.values((await call('MarketQuoteV3Api', 'getFullMarketQuoteV3', keys)).data.data);
    assert.deepEqual(full.map((one) => one.instrumentToken).sort(), [option, share].sort());
    assert.ok(full.every((one) => one.prevClosePrice > 0 && typeof one.casEligible === 'boolean'));
    assert.ok(only((await call('MarketQuoteV3Api', 'getLtp', { instrumentKey: share })).data.data).cp > 0);
    const ohlc = only((await call('MarketQuoteV3Api', 'getMarketQuoteOHLC', '1d', { instrumentKey: share })).data.data);
    assert.ok(ohlc.liveOhlc.ts > 0 && ohlc.liveOhlc.volume >= 0);
    const greeks = only(
      (await call('MarketQuoteV3Api', 'getMarketQuoteOptionGreek', { instrumentKey: option })).data.data,
    );
    assert.ok(Math.abs(greeks.delta) <= 1 && greeks.iv < 5 && greeks.oi >= 0);
  });
  await check('error envelope: status and camelCase spelling', async () => {
    const unknown = await refused(call('MarketQuoteV3Api', 'getLtp', { instrumentKey: 'NSE_FO|999999999' }));
    assert.equal(unknown.status, 400);
    assert.equal(unknown.body.errors[0].errorCode, 'UDAPI100011');
  });
}

async function candlesAndCalendar() {
  const { share, date, monthAgo } = scene;
  await check('candles v2 and v3 without authorization', async () => {
    const auth = Upstox.ApiClient.instance.authentications.OAUTH2;
    const token = auth.accessToken;
    auth.accessToken = '';
    try {
      for (const [api, method, ...args] of [
        ['HistoryApi', 'getHistoricalCandleData', share, 'day', date, '2.0'],
        ['HistoryApi', 'getHistoricalCandleData1', share, 'day', date, monthAgo, '2.0'],
        ['HistoryV3Api', 'getHistoricalCandleData', share, 'days', '1', date],
        ['HistoryV3Api', 'getHistoricalCandleData1', share, 'days', '1', date, monthAgo],
      ]) {
        const { candles } = (await call(api, method, ...args)).data.data;
        assert.ok(
          candles.length > 5 && candles[0].length === 7 && candles[0][0] > candles[1][0],
          `${method} answered ${candles.length} rows`,
        );
      }
      assert.ok(
        Array.isArray((await call('HistoryApi', 'getIntraDayCandleData', share, '1minute', '2.0')).data.data.candles),
      );
      assert.ok(
        Array.isArray((await call('HistoryV3Api', 'getIntraDayCandleData', share, 'minutes', '5')).data.data.candles),
      );
    } finally {
      auth.accessToken = token;
    }
  });
  await check('holidays, timings and status', async () => {
    assert.ok((await call('MarketHolidaysAndTimingsApi', 'getHolidays')).data.data.length > 10);
    assert.equal(
      (await call('MarketHolidaysAndTimingsApi', 'getHoliday', '2026-01-26')).data.data[0].holidayType,
      'TRADING_HOLIDAY',
    );
    const timings = (await call('MarketHolidaysAndTimingsApi', 'getExchangeTimings', '2026-09-03')).data.data;
    assert.ok(timings.find((one) => one.exchange === 'NFO').startTime > 0);
    assert.equal((await call('MarketHolidaysAndTimingsApi', 'getMarketStatus', 'NFO')).data.data.exchange, 'NFO');
  });
}

async function derivatives() {
  const { underlying, expiry, date } = scene;
  await check('option contracts and chain', async () => {
    const contracts = (await call('OptionsApi', 'getOptionContracts', underlying, {})).data.data;
    assert.ok(contracts.length > 20 && contracts[0].expiry instanceof Date && contracts[0].strikePrice > 0);
    const chain = (await call('OptionsApi', 'getPutCallOptionChain', underlying, expiry)).data.data;
    assert.ok(chain.length > 5);
    assert.ok(chain.every((row) => row.callOptions.instrumentKey && row.putOptions.marketData.ltp >= 0));
    assert.ok(chain.some((row) => row.callOptions.optionGreeks.iv > 1 && row.callOptions.optionGreeks.pop > 0));
  });
  await check('expired instruments', async () => {
    const { data } = await call('ExpiredInstrumentApi', 'getExpiries', underlying);
    assert.ok(Array.isArray(data.data));
    assert.ok(
      Array.isArray(
        (await call('ExpiredInstrumentApi', 'getExpiredOptionContracts', underlying, '2026-01-06')).data.data,
      ),
    );
    assert.ok(
      Array.isArray(
        (await call('ExpiredInstrumentApi', 'getExpiredFutureContracts', underlying, '2026-01-06')).data.data,
      ),
    );
    const unknown = call(
      'ExpiredInstrumentApi',
      'getExpiredHistoricalCandleData',
      'NSE_FO|1|06-01-2026',
      'day',
      '2026-01-06',
      '2026-01-01',
    );
    assert.equal((await refused(unknown)).body.errors[0].error_code, 'UDAPI100011');
  });
  await check('instrument search', async () => {
    const { data } = await call('InstrumentsApi', 'searchInstrument', 'nifty', {
      segments: 'OPT',
      expiry: 'current_week',
      atmOffset: 0,
      records: 10,
    });
    assert.ok(data.data.length >= 2 && data.metaData.page.totalRecords >= 2);
  });
  await check('market information', async () => {
    for (const [method, ...rest] of [
      ['getOiData'],
      ['getChangeOiData', 5],
      ['getPcrData', 30],
      ['getMaxPainData', 30],
    ]) {
      const { body } = await call('MarketApi', method, underlying, expiry, date, ...rest);
      assert.ok(body.data.spot_closing_price > 0, method);
    }
    assert.ok((await call('MarketApi', 'getFiiData', 'NSE_EQ|CASH', '1D', {})).body.data['NSE_EQ|CASH'].length > 0);
    assert.ok((await call('MarketApi', 'getDiiData', 'NSE_EQ|CASH', '1M', {})).body.data['NSE_EQ|CASH'].length > 0);
    for (const method of ['getSmartlistFutures', 'getSmartlistOptions']) {
      assert.ok(
        (await call('MarketApi', method, { assetType: 'INDEX', category: 'TOP_TRADED' })).body.data.smartlist.length >
          0,
        method,
      );
    }
    assert.ok(
      Array.isArray((await call('MarketApi', 'getSmartlistMtf', { pageNumber: 1, pageSize: 5 })).body.data.smartlist),
    );
  });
}

async function feedDoors() {
  await check('feed authorize', async () => {
    const { data, body } = await call('WebsocketApi', 'getMarketDataFeedAuthorizeV3');
    assert.match(data.data.authorizedRedirectUri, /\/market-data-feeder\/v3\/.*code=/);
    assert.equal(body.data.authorized_redirect_uri, data.data.authorizedRedirectUri);
  });
  await check('discontinued v2 feed', async () => {
    assert.equal((await refused(call('WebsocketApi', 'getMarketDataFeedAuthorize', '2.0'))).status, 410);
    assert.equal((await refused(call('WebsocketApi', 'getMarketDataFeed', '2.0'))).status, 410);
  });
}

/** A streamer whose messages are kept, decoded. */
function openStreamer(keys, mode) {
  const streamer = new Upstox.MarketDataStreamerV3(keys, mode);
  const seen = { frames: [], lost: 0, opened: 0, reconnecting: 0 };
  streamer.autoReconnect(true, 1, 5);
  streamer.on('open', () => seen.opened++);
  streamer.on('reconnecting', () => seen.reconnecting++);
  streamer.on('error', () => undefined);
  streamer.on('message', (data) => {
    report.messages++;
    const frame = JSON.parse(data.toString());
    // The SDK loads its schema asynchronously: what comes before that is null.
    if (frame === null) {
      seen.lost++;
      return;
    }
    if (frame.type === 'live_feed') report.liveMessages++;
    seen.frames.push(frame);
  });
  return { streamer, seen };
}

const SHAPES = {
  ltpc: (feed) => feed.ltpc !== undefined && feed.requestMode === undefined,
  option_greeks: (feed) =>
    feed.firstLevelWithGreeks?.optionGreeks !== undefined && feed.requestMode === 'option_greeks',
  full: (feed) => feed.fullFeed?.marketFF?.marketLevel.bidAskQuote.length === 5 && feed.requestMode === 'full_d5',
  full_d30: (feed) => feed.fullFeed?.marketFF?.marketLevel.bidAskQuote.length === 30 && feed.requestMode === 'full_d30',
};

async function streams() {
  const { underlying, option, option2, crowd } = scene;
  const { streamer, seen } = openStreamer([option, ...crowd], 'ltpc');
  const inMode = (key, mode, type) =>
    seen.frames.some((frame) => frame.type === type && frame.feeds?.[key] && SHAPES[mode](frame.feeds[key]));
  await streamer.connect();
  await check('stream ltpc: snapshot, then live', async () => {
    // A snapshot that came before the schema was loaded is lost; asking again brings another.
    await until('a decoded message', () => seen.frames.length > 0);
    if (seen.lost > 0) streamer.subscribe([option], 'ltpc');
    await until('a snapshot in ltpc', () => inMode(option, 'ltpc', undefined));
    await until('a live message in ltpc', () => inMode(option, 'ltpc', 'live_feed'));
    assert.ok(seen.frames.every((frame) => Number(frame.currentTs) > 0));
  });
  for (const mode of ['option_greeks', 'full', 'full_d30']) {
    await check(`stream ${mode} by changeMode: snapshot, then live`, async () => {
      streamer.changeMode([option], mode);
      await until(`a snapshot in ${mode}`, () => inMode(option, mode, undefined));
      await until(`a live message in ${mode}`, () => inMode(option, mode, 'live_feed'));
    });
  }
  await check('stream subscribe and unsubscribe', async () => {
    streamer.subscribe([underlying, option2], 'full');
    await until('an index snapshot', () =>
      seen.frames.some((frame) => frame.feeds?.[underlying]?.fullFeed?.indexFF?.ltpc.ltp > 0),
    );
    streamer.unsubscribe([option2]);
    // What was on its way may still come; then the key must stay away while others go on.
    let since = seen.frames.length;
    await until('twenty live messages without the key', () => {
      const latest = seen.frames.findLastIndex((frame) => frame.feeds?.[option2]);
      if (latest >= since) since = latest + 1;
      return seen.frames.slice(since).filter((frame) => frame.type === 'live_feed').length >= 20;
    });
  });
  await check('stream reconnects after a drop and subscribes again', async () => {
    const before = seen.opened;
    report.requests++;
    await fetch(`${FAULT_URL}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kind":"drop"}',
    });
    await until('a new connection', () => seen.opened > before && seen.reconnecting > 0);
    const at = seen.frames.length;
    await until('live messages after it', () =>
      seen.frames.slice(at).some((frame) => frame.type === 'live_feed' && frame.feeds?.[underlying]),
    );
  });
  streamer.autoReconnect(false);
  streamer.disconnect();
}

async function goodbye() {
  await check('logout ends the token', async () => {
    assert.equal((await call('LoginApi', 'logout', '2.0')).data.data, true);
    assert.equal((await refused(call('UserApi', 'getProfile', '2.0'))).status, 401);
  });
}

async function main() {
  await check('login refuses junk', async () => {
    const junk = { code: 'x', clientId: 'x', clientSecret: 'x', redirectUri: 'x', grantType: 'authorization_code' };
    const answer = await refused(call('LoginApi', 'token', '2.0', junk));
    assert.equal(answer.body.errors[0].error_code, 'UDAPI100069');
    const body = new Upstox.IndieUserTokenRequest();
    body.clientSecret = 'x';
    assert.equal(
      (await refused(call('LoginApi', 'initTokenRequestForIndieUser', body, 'x'))).body.errors[0].error_code,
      'UDAPI100069',
    );
  });
  await check('login by dialog, page and code', async () => {
    Upstox.ApiClient.instance.authentications.OAUTH2.accessToken = await login();
  });
  await check('profile', async () => {
    assert.equal((await call('UserApi', 'getProfile', '2.0')).data.data.userId, USER_ID);
  });
  await quotes();
  await candlesAndCalendar();
  await derivatives();
  await feedDoors();
  await streams();
  await goodbye();
}

main().then(
  () => process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
