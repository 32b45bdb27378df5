// `npm run --silent price`: JSON lines in, JSON lines out, numbers with every digit a double has. One request a line:
// {model: black76|bsm, type: c|p, F or S, K, T in years, r, q, price or sigma, mode: house|upstox|nse, id}.

import { createInterface } from 'node:readline';
import { type OptionContract, PricingStatus, valueOption, volatilityOfOption } from '@vega/pricing';
import { z } from 'zod';

const number = z.number();
const optional = number.nullish().transform((value) => value ?? undefined);
const request = z
  .object({
    id: z.union([z.string(), z.number()]).optional(),
    model: z.enum(['black76', 'bsm']).default('black76'),
    type: z.enum(['c', 'p']),
    F: optional,
    S: optional,
    K: number,
    T: number,
    r: optional,
    q: optional,
    price: optional,
    sigma: optional,
    mode: z.enum(['house', 'upstox', 'nse']).default('house'),
  })
  .refine((one) => (one.price === undefined) !== (one.sigma === undefined), 'give either price or sigma')
  .refine((one) => (one.model === 'bsm' ? one.S : one.F) !== undefined, 'black76 takes F, bsm takes S')
  .refine(
    (one) => one.mode !== 'upstox' || (one.model === 'black76' && (one.r ?? 0) === 0),
    'mode upstox is black76, r 0',
  )
  .refine((one) => one.mode !== 'nse' || (one.model === 'bsm' && (one.r ?? 0.1) === 0.1), 'mode nse is bsm, r 0.1');

type Request = z.infer<typeof request>;

const NSE_RATE = 0.1;
const DAYS_PER_YEAR = 365;

/** The contract as its mode sees it: the rate by convention, whole days for nse. */
function contractOf(one: Request): OptionContract {
  const years = one.mode === 'nse' ? Math.round(one.T * DAYS_PER_YEAR) / DAYS_PER_YEAR : one.T;
  return {
    model: one.model,
    type: one.type,
    underlying: (one.model === 'bsm' ? one.S : one.F) ?? 0,
    strike: one.K,
    years,
    rate: one.r ?? (one.mode === 'nse' ? NSE_RATE : 0),
    ...(one.q !== undefined && { dividendYield: one.q }),
  };
}

function answer(one: Request): Record<string, unknown> {
  const contract = contractOf(one);
  const named = one.id === undefined ? {} : { id: one.id };
  if (one.price !== undefined) {
    const found = volatilityOfOption(contract, one.price);
    if (found.volatility === null) return { ...named, iv: null, ...without(one, contract), status: found.status };
    return { ...named, iv: found.volatility, ...greeksOf(contract, found.volatility), status: found.status };
  }
  const seen = valueOption(contract, one.sigma ?? NaN);
  if (seen.status === PricingStatus.INVALID) return { ...named, price: null, status: seen.status };
  return { ...named, price: seen.price, ...greeksOf(contract, one.sigma ?? NaN), status: seen.status };
}

/** A price without volatility: the broker's convention still prints the delta of exercise, the others print nothing. */
function without(one: Request, contract: OptionContract): Record<string, unknown> {
  const status = volatilityOfOption(contract, one.price ?? 0).status;
  const exercised = status === PricingStatus.BELOW_INTRINSIC || status === PricingStatus.LOW_VEGA;
  if (one.mode !== 'upstox' || !(exercised || status === PricingStatus.NO_QUOTE)) return {};
  const side = one.type === 'c' ? 1 : -1;
  const inside = side * (contract.underlying - contract.strike) > 0;
  return {
    iv: 0,
    delta: inside ? side : 0,
    gamma: 0,
    theta_per_year: 0,
    theta_per_day: 0,
    vega_per_unit: 0,
    vega_per_point: 0,
    rho: 0,
  };
}

function greeksOf(contract: OptionContract, sigma: number): Record<string, number> {
  const seen = valueOption(contract, sigma);
  return {
    delta: seen.delta,
    gamma: seen.gamma,
    theta_per_year: seen.thetaPerYear,
    theta_per_day: seen.thetaPerDay,
    vega_per_unit: seen.vegaPerUnit,
    vega_per_point: seen.vegaPerVolPoint,
    rho: seen.rhoPerUnit,
    vanna: seen.vanna,
    volga: seen.volga,
    charm_per_year: seen.charmPerYear,
  };
}

/** One line in, one line out; what cannot be read is answered with status BAD_REQUEST and the reason. */
export function priceLine(line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return JSON.stringify({ status: 'BAD_REQUEST', error: 'not a line of JSON' });
  }
  const parsed = request.safeParse(value);
  if (parsed.success) return JSON.stringify(answer(parsed.data));
  const error = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  return JSON.stringify({ status: 'BAD_REQUEST', error: error.join('; ') });
}

if (import.meta.main) {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() !== '') process.stdout.write(`${priceLine(line)}\n`);
  }
}
