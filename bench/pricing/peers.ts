import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// The libraries a JavaScript desk would otherwise use; development dependencies of the bench alone. They know spot and rate: with the
// forward as spot and a rate of zero (or next to it, where zero is refused) they solve the same undiscounted problem.

/** Volatility from an undiscounted premium. */
export type Solve = (forward: number, strike: number, years: number, price: number, call: boolean) => number;
/** Delta, gamma, theta, vega and rho, thrown away but for their sum. */
export type Greeks = (forward: number, strike: number, years: number, volatility: number, call: boolean) => number;

export interface Peer {
  readonly name: string;
  readonly solve: Solve;
  readonly greeks?: Greeks;
}

interface ScholesModel {
  impliedVolatility(input: {
    K: number;
    S: number;
    derivativePrice: number;
    rf: number;
    t: number;
    type: string;
  }): number | undefined;
}
interface UqeeModule {
  readonly BlackScholes: new () => {
    sigma(input: UqeeInput & { price: number }): number;
    option(input: UqeeInput & { sigma: number }): Record<'delta' | 'gamma' | 'theta' | 'vega' | 'rho', number>;
  };
}
interface UqeeInput {
  readonly rate: number;
  readonly strike: number;
  readonly time: number;
  readonly type: 'call' | 'put';
  readonly underlying: number;
}
interface ImpliedVolatilityModule {
  getImpliedVolatility(price: number, s: number, k: number, t: number, r: number, side: string): number;
}
type GreekFunction = (s: number, k: number, t: number, v: number, r: number, side: string) => number;
type GreeksModule = Record<'getDelta' | 'getGamma' | 'getTheta' | 'getVega' | 'getRho', GreekFunction>;

const require = createRequire(import.meta.url);
const NEXT_TO_ZERO = 1e-12;
const side = (call: boolean): 'call' | 'put' => (call ? 'call' : 'put');

function installed<T>(name: string, load: () => unknown): T | undefined {
  try {
    return load() as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    console.log(`skipped: the peer ${name} is not installed`);
    return undefined;
  }
}

/** This package calls itself ESM and ships CommonJS, so that no Node loads it in place. */
function loadMislabelled(name: string): unknown {
  const entry = require.resolve(name);
  const folder = mkdtempSync(join(tmpdir(), 'vega-peer-'));
  try {
    cpSync(dirname(entry), join(folder, 'lib'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
    return require(join(folder, 'lib/index.js')) as unknown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The peers that are installed; each missing one is named in one line. */
export function installedPeers(): Peer[] {
  const peers: Peer[] = [];
  const model = installed<ScholesModel>('black-scholes-model', () => loadMislabelled('black-scholes-model'));
  if (model !== undefined) {
    peers.push({
      name: 'black-scholes-model',
      solve: (S, K, t, derivativePrice, call) =>
        model.impliedVolatility({ K, S, derivativePrice, rf: NEXT_TO_ZERO, t, type: side(call) }) ?? NaN,
    });
  }
  const uqee = installed<UqeeModule>('@uqee/black-scholes', () => require('@uqee/black-scholes') as unknown);
  if (uqee !== undefined) {
    const engine = new uqee.BlackScholes();
    peers.push({
      name: '@uqee/black-scholes',
      solve: (underlying, strike, time, price, call) =>
        engine.sigma({ price, rate: 0, strike, time, type: side(call), underlying }),
      greeks: (underlying, strike, time, sigma, call) => {
        const all = engine.option({ rate: 0, sigma, strike, time, type: side(call), underlying });
        return all.delta + all.gamma + all.theta + all.vega + all.rho;
      },
    });
  }
  const iv = installed<ImpliedVolatilityModule>('implied-volatility', () => require('implied-volatility') as unknown);
  const greeks = installed<GreeksModule>('greeks', () => require('greeks') as unknown);
  if (iv !== undefined) {
    peers.push({
      name: greeks === undefined ? 'implied-volatility' : 'implied-volatility + greeks',
      solve: (s, k, t, price, call) => iv.getImpliedVolatility(price, s, k, t, 0, side(call)),
      ...(greeks !== undefined && {
        greeks: (s, k, t, v, call) =>
          greeks.getDelta(s, k, t, v, 0, side(call)) +
          greeks.getGamma(s, k, t, v, 0, side(call)) +
          greeks.getTheta(s, k, t, v, 0, side(call)) +
          greeks.getVega(s, k, t, v, 0, side(call)) +
          greeks.getRho(s, k, t, v, 0, side(call)),
      }),
    });
  }
  return peers;
}
