import { useCallback, useSyncExternalStore } from 'react';
import { InstrumentPanel } from '../watch/instrument-panel.tsx';
import { formatCompact, formatCount, MISSING } from '../format/numbers.ts';
import { rowKey, sideOf, type ChainData } from './chain-data.ts';
import type { ChosenContract } from './chain-grid.tsx';
import { BUILD_UP_WORDS, formatDecimals, formatShort, statusWord } from './chain-words.ts';

interface ContractPanelProps {
  chain: ChainData;
  contract: ChosenContract;
  onClose: () => void;
  onLeg: (contract: ChosenContract, direction: 'BUY' | 'SELL') => void;
}

/** A contract of the chain: its price and depth, its Greeks for one unit and for a lot, and its ways into the payoff builder. */
export function ContractPanel({ chain, contract, onClose, onLeg }: ContractPanelProps): React.JSX.Element {
  return (
    <div className="contract-panel" data-sheet="open">
      <div className="flex gap-2 px-3 pt-2">
        <button type="button" className="button buy flex-1" onClick={() => onLeg(contract, 'BUY')}>
          Buy leg <kbd className="key">⇧B</kbd>
        </button>
        <button type="button" className="button sell flex-1" onClick={() => onLeg(contract, 'SELL')}>
          Sell leg <kbd className="key">⇧S</kbd>
        </button>
        <button type="button" className="button hidden md:inline-flex" onClick={onClose}>
          Close
        </button>
      </div>
      <ContractGreeks chain={chain} contract={contract} />
      <InstrumentPanel instrument={contract.key} isSheetOpen onCloseSheet={onClose} />
    </div>
  );
}

function ContractGreeks({ chain, contract }: Pick<ContractPanelProps, 'chain' | 'contract'>): React.JSX.Element | null {
  const key = rowKey(contract.strike);
  const subscribe = useCallback((wake: () => void) => chain.rows.subscribe(key, wake), [chain, key]);
  const row = useSyncExternalStore(subscribe, () => chain.rows.get(key));
  const view = row === undefined ? null : sideOf(row, contract.side);
  if (view === null) return null;
  const lot = chain.head.get()?.lot_size ?? null;
  const perLot = (value: number | null): string =>
    value === null || lot === null ? MISSING : formatCompact(Math.round(value * lot * 100) / 100);
  const greeks: readonly (readonly [string, number | null, number, string])[] = [
    ['Delta', view.delta, 3, '₹ per ₹'],
    ['Gamma', view.gamma, 5, 'delta per ₹'],
    ['Theta', view.theta, 2, '₹ a day'],
    ['Vega', view.vega, 2, '₹ a point'],
    ['Rho', view.rho, 2, '₹ a point of rate'],
  ];
  return (
    <section aria-label="Greeks" className="px-3 pt-2">
      <table className="figures compact">
        <thead>
          <tr>
            <th scope="col">IV {formatDecimals(2)(view.iv)}%</th>
            <th scope="col">Unit</th>
            <th scope="col">Lot of {formatCount(lot)}</th>
          </tr>
        </thead>
        <tbody>
          {greeks.map(([name, value, decimals, unit]) => (
            <tr key={name}>
              <th scope="row" title={unit}>
                {name}
              </th>
              <td>{formatDecimals(decimals)(value)}</td>
              <td>{perLot(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1 text-dim text-xs">
        OI {formatCompact(view.oi)} ({formatShort(view.oi_change)})
        {view.build_up === null ? '' : `, ${BUILD_UP_WORDS[view.build_up]?.words ?? ''}`}
        {view.mode === 'REST' ? ', read by REST' : ''}
      </p>
      {view.status === 'OK' ? null : <p className="text-warn text-xs">{statusWord(view.status)}</p>}
    </section>
  );
}
