import { useAppDispatch } from '../app/store.ts';
import { ticketOpened } from './ticket-slice.ts';

interface TradeButtonsProps {
  instrument: string;
  symbol: string;
}

/** Opens the ticket of an instrument; an index has none. */
export function TradeButtons({ instrument, symbol }: TradeButtonsProps): React.JSX.Element | null {
  const dispatch = useAppDispatch();
  if (instrument.includes('_INDEX|')) return null;
  return (
    <div role="group" aria-label="Order ticket" className="flex gap-1">
      {(['BUY', 'SELL'] as const).map((side) => (
        <button
          key={side}
          type="button"
          className={`button trade ${side === 'BUY' ? 'buy' : 'sell'}`}
          onClick={() => dispatch(ticketOpened({ instrument, symbol, side }))}
        >
          {side === 'BUY' ? 'Buy' : 'Sell'}
          <kbd className="key hidden md:inline">{side === 'BUY' ? 'B' : 'S'}</kbd>
        </button>
      ))}
    </div>
  );
}
