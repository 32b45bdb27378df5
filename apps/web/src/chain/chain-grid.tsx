import { useEffect, useImperativeHandle, useMemo, useRef, type KeyboardEvent, type Ref } from 'react';
import { columnsOf, type ColumnPreset } from '../grid/grid-column.ts';
import { LiveGrid, type GridHandle, type GridPlace } from '../grid/live-grid.tsx';
import type { RowMarks } from '../grid/row-painter.ts';
import { useVisibleRows } from '../grid/visible-rows.ts';
import { useIsLinkLost } from '../live/live-context.tsx';
import { CONNECTION_LOST } from '../live/stale-mark.tsx';
import { CHAIN_COLUMNS, sideOfColumn } from './chain-columns.ts';
import { rowKey, sideOf, type ChainData, type LiveChainRow, type Side } from './chain-data.ts';
import { useStrikes } from './use-chain.ts';

/** A contract of the chain. */
export interface ChosenContract {
  strike: number;
  side: Side;
  key: string;
  symbol: string;
}

/** What a page can ask of the chain. */
export interface ChainGridHandle {
  /** Brings the strike at the money to the middle. */
  centre: () => void;
}

interface ChainGridProps {
  ref?: Ref<ChainGridHandle>;
  chain: ChainData;
  preset: ColumnPreset;
  /** Key of the chosen row. */
  current: string | null;
  onCurrent: (row: string) => void;
  onOpen: (contract: ChosenContract) => void;
  onStrike: (strike: number) => void;
  onChart: (contract: ChosenContract) => void;
  onLeg: (contract: ChosenContract, direction: 'BUY' | 'SELL') => void;
  onTrade: (contract: ChosenContract, direction: 'BUY' | 'SELL') => void;
}

/** Marks the strike at the money, what is in the money, and the sides that the exchange does not list. */
function paintRow(row: LiveChainRow, element: HTMLElement): void {
  mark(element, 'atm', row.isAtm);
  mark(element, 'callItm', row.callItm);
  mark(element, 'putItm', row.putItm);
}

function mark(element: HTMLElement, name: string, on: boolean): void {
  if ((element.dataset[name] !== undefined) === on) return;
  if (on) element.dataset[name] = '';
  else delete element.dataset[name];
}

const PRESENT: RowMarks<LiveChainRow> = { staleOf: () => '', paintRow };
const LOST: RowMarks<LiveChainRow> = { staleOf: () => CONNECTION_LOST, paintRow };

/** Calls, strikes, puts. */
export function ChainGrid(props: ChainGridProps): React.JSX.Element {
  const { ref, chain, preset, current, onCurrent, onOpen, onStrike, onChart, onLeg, onTrade } = props;
  const grid = useRef<GridHandle>(null);
  const strikes = useStrikes(chain);
  const marks = useIsLinkLost() ? LOST : PRESENT;
  const columns = useMemo(() => columnsOf(CHAIN_COLUMNS, preset), [preset]);
  const { from, to } = useVisibleRows(grid, strikes.length);
  useEffect(() => chain.show(strikes.slice(from, to)), [chain, strikes, from, to]);

  const centre = (): void => {
    const atm = chain.head.get()?.atm_strike;
    if (atm !== null && atm !== undefined) grid.current?.reveal(rowKey(atm), 'center');
  };
  useImperativeHandle(ref, () => ({ centre }));
  // Once per chain: from then on only the trader moves it.
  useEffect(() => {
    if (strikes.length > 0) centre();
  }, [chain, strikes.length > 0]);

  const contractAt = ({ row, column }: GridPlace): ChosenContract | undefined => {
    const side = sideOfColumn(column);
    const held = chain.rows.get(row);
    if (side === undefined || held === undefined || held.view.strike === null) return undefined;
    const contract = sideOf(held, side);
    if (contract === null) return undefined;
    return { strike: held.view.strike, side, key: contract.instrument_key, symbol: contract.trading_symbol };
  };
  const open = (place: GridPlace): void => {
    const contract = contractAt(place);
    if (contract !== undefined) onOpen(contract);
    else if (place.column === 'strike') onStrike(Number(place.row));
  };
  const onKey = (event: KeyboardEvent, place: GridPlace): boolean => {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (event.key === 'Enter') {
      open(place);
      return true;
    }
    const contract = contractAt(place);
    const key = event.key.toLowerCase();
    if (contract === undefined || event.repeat) return false;
    if (key === 'c' && !event.shiftKey) onChart(contract);
    else if (key === 'b' || key === 's') (event.shiftKey ? onLeg : onTrade)(contract, key === 'b' ? 'BUY' : 'SELL');
    else return false;
    return true;
  };

  return (
    <LiveGrid
      ref={grid}
      label="Option chain"
      store={chain.rows}
      rows={strikes}
      columns={columns}
      marks={marks}
      current={current}
      onCurrent={onCurrent}
      onKey={onKey}
      onPress={(place) => {
        open(place);
        return false;
      }}
    />
  );
}
