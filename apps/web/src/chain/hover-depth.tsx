import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { DepthTable } from '../watch/depth-table.tsx';
import { sideOfColumn } from './chain-columns.ts';
import { sideOf, type ChainData } from './chain-data.ts';

/** A pointer that rests this long over a contract shows its depth. */
const REST_MS = 500;
const CARD = { width: 288, height: 230 } as const;

interface Hovered {
  instrument: string;
  symbol: string;
  left: number;
  top: number;
}

/** Shows the depth of the contract over which a mouse rests; a finger opens the contract instead. */
export function HoverDepth({ chain, children }: { chain: ChainData; children: ReactNode }): React.JSX.Element {
  const [hovered, setHovered] = useState<Hovered>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const cell = useRef<Element>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const leave = (): void => {
    clearTimeout(timer.current);
    cell.current = undefined;
    setHovered(undefined);
  };
  const move = ({ target, pointerType, clientX, clientY }: PointerEvent): void => {
    const over = target instanceof Element ? target.closest('[data-cell]') : null;
    if (over === (cell.current ?? null)) return;
    leave();
    if (over === null || pointerType !== 'mouse') return;
    cell.current = over;
    timer.current = setTimeout(() => setHovered(contractUnder(chain, over, clientX, clientY)), REST_MS);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col" onPointerMove={move} onPointerLeave={leave} onWheel={leave}>
      {children}
      {hovered === undefined ? null : (
        <div
          className="hover-depth"
          data-testid="hover-depth"
          style={{ left: hovered.left, top: hovered.top, width: CARD.width }}
        >
          <p className="px-3 py-1 font-semibold">{hovered.symbol}</p>
          <DepthTable instrument={hovered.instrument} />
        </div>
      )}
    </div>
  );
}

function contractUnder(chain: ChainData, over: Element, x: number, y: number): Hovered | undefined {
  const row = chain.rows.get(over.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? '');
  const side = sideOfColumn((over as HTMLElement).dataset['cell'] ?? '');
  const contract = row === undefined || side === undefined ? null : sideOf(row, side);
  if (contract === null) return undefined;
  return {
    instrument: contract.instrument_key,
    symbol: contract.trading_symbol,
    left: Math.min(x + 16, window.innerWidth - CARD.width - 8),
    top: Math.min(y + 16, window.innerHeight - CARD.height - 8),
  };
}
