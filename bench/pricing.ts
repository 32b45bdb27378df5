// `npm run bench:pricing`: implied volatility, and with it five Greeks, in units of one Math.exp measured between its own slices.

import { impliedVolatility, impliedVolatilityOfRows, volatilityColumns } from '@vega/pricing';
import { seededRandom } from '@vega/testkit';
import { type BenchResult, finish, median } from './measure.ts';
import { CONTRACTS, drawChain, drawRows } from './pricing/market.ts';
import { installedPeers, type Peer } from './pricing/peers.ts';
import { interleave, type Timed } from './pricing/timing.ts';

const ROUNDS = 7;
const PASSES = 31;
const SLICE = 1024;
const WARM_UP_PASSES = 300;
const SEED = 76;

const random = seededRandom(SEED);
const argument = Float64Array.from({ length: CONTRACTS }, () => -20 * random.next());
const result = new Float64Array(CONTRACTS);
/** The unit: `o[i] = Math.exp(a[i])` over 16,384 values. */
const exps: Timed = {
  items: CONTRACTS,
  slices: Array.from({ length: CONTRACTS / SLICE }, (_, n) => () => {
    for (let i = n * SLICE; i < (n + 1) * SLICE; i += 1) result[i] = Math.exp(argument[i] as number);
  }),
};

const rows = drawRows(SEED, SLICE);
const rowsOut = rows.map(() => volatilityColumns(SLICE));
const singles: Timed = {
  items: CONTRACTS,
  slices: rows.map(
    ({ rows: slice }, n) =>
      () =>
        impliedVolatilityOfRows(slice, rowsOut[n] ?? volatilityColumns(SLICE)),
  ),
};

const chains = Array.from({ length: CONTRACTS / 256 }, () => drawChain(random, 256));
const chainSlices: Timed = {
  items: CONTRACTS,
  slices: Array.from({ length: CONTRACTS / SLICE }, (_, n) => () => {
    for (const { terms, options, out, greeks } of chains.slice(4 * n, 4 * n + 4)) {
      impliedVolatility(terms, options, out, greeks);
    }
  }),
};

// A liquid chain of 400, and a universe as large as the exchange's list of one day: 52,791 options of 627 expiries.
const chain400 = drawChain(random, 400);
const UNIVERSE = 52_791;
const EXPIRIES = 627;
const universe = Array.from({ length: EXPIRIES }, (_, n) =>
  drawChain(random, Math.floor(((n + 1) * UNIVERSE) / EXPIRIES) - Math.floor((n * UNIVERSE) / EXPIRIES)),
);
const oneChain: Timed = {
  items: 1,
  slices: [() => impliedVolatility(chain400.terms, chain400.options, chain400.out, chain400.greeks)],
};
const universeSlices: Timed = {
  items: 1,
  slices: Array.from({ length: Math.ceil(EXPIRIES / 10) }, (_, n) => () => {
    for (const { terms, options, out, greeks } of universe.slice(10 * n, 10 * n + 10)) {
      impliedVolatility(terms, options, out, greeks);
    }
  }),
};

function worstError(): number {
  let worst = 0;
  rows.forEach(({ truth, rows: slice }, n) => {
    truth.forEach((volatility, i) => {
      // Premiums in the money carry their intrinsic value's rounding; only the others show the solver's own error.
      const outOfTheMoney =
        (slice.sides[i] as number) > 0 === (slice.strikes[i] as number) > (slice.forwards[i] as number);
      if (outOfTheMoney) worst = Math.max(worst, Math.abs((rowsOut[n]?.volatility[i] ?? 0) / volatility - 1));
    });
  });
  return worst;
}

const PEER_CONTRACTS = 128;
const PEER_PASSES = 5;
/** Where results go that nobody reads, so that no compiler drops the work. */
const discarded = new Float64Array(1);

function peerFigures(peer: Peer): Record<string, number> {
  const first = rows[0];
  if (first === undefined) throw new Error('no contracts');
  const { rows: slice, truth } = first;
  const found = new Float64Array(PEER_CONTRACTS);
  const times: number[] = [];
  for (let pass = 0; pass < PEER_PASSES; pass += 1) {
    const start = performance.now();
    for (let i = 0; i < PEER_CONTRACTS; i += 1) {
      const forward = slice.forwards[i] as number;
      const strike = slice.strikes[i] as number;
      const years = slice.years[i] as number;
      const call = (slice.sides[i] as number) > 0;
      found[i] = peer.solve(forward, strike, years, slice.undiscountedPrices[i] as number, call);
      discarded[0] = peer.greeks?.(forward, strike, years, truth[i] as number, call) ?? 0;
    }
    times.push(((performance.now() - start) / PEER_CONTRACTS) * 1e6);
  }
  const errors = [...found].map((volatility, i) => Math.abs(volatility / (truth[i] as number) - 1));
  const right = errors.filter((error) => error <= 0.01);
  return {
    [`${peer.name} nsPerContract`]: Math.round(median(times)),
    [`${peer.name} shareWrongByOverOnePercent`]: Number((1 - right.length / PEER_CONTRACTS).toFixed(3)),
    [`${peer.name} worstOtherError`]: Number(Math.max(...right).toPrecision(2)),
  };
}

const peers = installedPeers();
interleave(WARM_UP_PASSES, [exps, singles, chainSlices, oneChain]);
interleave(20, [universeSlices]);
const seen = {
  exp: [] as number[],
  iv: [] as number[],
  chain: [] as number[],
  chain400: [] as number[],
  all: [] as number[],
};
for (let round = 0; round < ROUNDS; round += 1) {
  const [exp, iv, chain, one] = interleave(PASSES, [exps, singles, chainSlices, oneChain]) as [
    number,
    number,
    number,
    number,
  ];
  const [all] = interleave(PASSES, [universeSlices]) as [number];
  seen.exp.push(exp);
  seen.iv.push(iv / exp);
  seen.chain.push(chain / exp);
  seen.chain400.push(one / 1000);
  seen.all.push(all / 1e6);
}
const round2 = (value: number): number => Number(value.toFixed(2));
const nanoseconds = round2(median(seen.exp));
const iv: BenchResult = {
  name: 'pricing-implied-volatility',
  figures: {
    nsPerExp: nanoseconds,
    nsPerVolatility: round2(median(seen.iv) * nanoseconds),
    worstRelativeErrorOutOfTheMoney: Number(worstError().toPrecision(2)),
    ...Object.assign({}, ...peers.map(peerFigures)),
  },
  ratio: round2(median(seen.iv)),
  aim: '<= 14 exps (stretch 13)',
  holds: median(seen.iv) <= 14,
};
const chain: BenchResult = {
  name: 'pricing-chain',
  figures: {
    nsPerContract: round2(median(seen.chain) * nanoseconds),
    usPerChainOf400: round2(median(seen.chain400)),
    msPerUniverseOf52791: round2(median(seen.all)),
  },
  ratio: round2(median(seen.chain)),
  aim: '<= 15 exps for volatility and five Greeks',
  holds: median(seen.chain) <= 15,
};
finish([iv, chain]);
