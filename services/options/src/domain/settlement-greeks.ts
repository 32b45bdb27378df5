import {
  contractGreeks,
  midOf,
  settlementValue,
  settlementVolatility,
  StatusCode,
  type AveragingWindow,
  type ContractGreeks,
  type ForwardEstimate,
  type QuoteColumns,
  type SettlementContract,
} from '@vega/pricing';
import type { ChainQuotes } from './chain-quotes.ts';
import type { ChainMoment } from './compute-chain.ts';

/** Settlement-mode columns of both sides. */
export interface SettlementColumns {
  readonly calls: ContractGreeks;
  readonly puts: ContractGreeks;
}

/**
 * Volatilities and Greeks of an index chain inside its averaging window: the volatility of each strike from its out-of-the-money side by
 * the settlement value's remaining variance, Greeks of both sides by it. Undefined outside the window.
 */
export function settlementColumns(
  quotes: ChainQuotes,
  { averaging, rate }: Pick<ChainMoment, 'averaging' | 'rate'>,
  forward: ForwardEstimate | undefined,
): SettlementColumns | undefined {
  if (averaging === undefined || forward === undefined) return undefined;
  const { strikes } = quotes.contracts;
  const out = { calls: contractGreeks(strikes.length), puts: contractGreeks(strikes.length) };
  strikes.forEach((strike, row) => {
    const contract = (type: 'c' | 'p'): SettlementContract => ({ type, strike, forward: forward.forward, rate });
    const volatility = volatilityOf(contract, quotes, row, averaging);
    write(out.calls, row, contract('c'), averaging, volatility);
    write(out.puts, row, contract('p'), averaging, volatility);
  });
  return out;
}

/** Of the side that is out of the money against what the window expects, else of the other; undefined when neither says anything. */
function volatilityOf(
  contract: (type: 'c' | 'p') => SettlementContract,
  quotes: ChainQuotes,
  row: number,
  window: AveragingWindow,
): number | undefined {
  const { strike, forward } = contract('c');
  const passed = 1 - Math.min(1, window.secondsToEnd / window.lengthSeconds);
  const expected = passed * window.runningAverage + (1 - passed) * forward;
  const order: readonly ('c' | 'p')[] = strike >= expected ? ['c', 'p'] : ['p', 'c'];
  for (const type of order) {
    const price = midAt(type === 'c' ? quotes.callColumns : quotes.putColumns, row);
    if (price === 0) continue;
    const { volatility } = settlementVolatility(contract(type), window, price);
    if (volatility !== null) return volatility;
  }
  return undefined;
}

const midAt = (columns: QuoteColumns, row: number): number =>
  midOf(columns.bid[row] as number, columns.ask[row] as number);

function write(
  out: ContractGreeks,
  row: number,
  contract: SettlementContract,
  window: AveragingWindow,
  volatility: number | undefined,
): void {
  const isFixed = window.secondsToEnd === 0;
  out.status[row] = isFixed ? StatusCode.EXPIRED : volatility === undefined ? StatusCode.NO_QUOTE : StatusCode.OK;
  if (isFixed || volatility === undefined) return;
  const value = settlementValue(contract, window, volatility);
  out.volatility[row] = volatility;
  out.delta[row] = value.delta;
  out.gamma[row] = value.gamma;
  out.thetaPerDay[row] = value.thetaPerDay;
  out.vegaPerVolPoint[row] = value.vegaPerVolPoint;
  out.rhoPerRatePoint[row] = value.rhoPerUnit / 100;
}
