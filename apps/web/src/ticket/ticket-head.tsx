import { X } from 'lucide-react';
import { useLive } from '../live/live-context.tsx';
import type { LiveQuote } from '../live/live-data.ts';
import { QuoteText } from '../live/live-text.tsx';
import { changeTone, readChange, readLast } from '../live/quote-figures.ts';
import { StaleMark } from '../live/stale-mark.tsx';
import { formatPrice } from '../format/numbers.ts';
import type { OpenTicket, OrderSide } from './ticket-slice.ts';

const readBid = (quote: LiveQuote): string => formatPrice(quote.bid_price);
const readAsk = (quote: LiveQuote): string => formatPrice(quote.ask_price);

interface TicketHeadProps {
  ticket: OpenTicket;
  side: OrderSide;
  isLocked: boolean;
  onSide: (side: OrderSide) => void;
  /** A quoted price was chosen, rupees. */
  onPrice: (price: number) => void;
  onClose: () => void;
}

/** What is traded, on which side, and its quote as it is now. */
export function TicketHead({ ticket, side, isLocked, onSide, onPrice, onClose }: TicketHeadProps): React.JSX.Element {
  const { quotes } = useLive();
  const choose = (read: (quote: LiveQuote) => number | null): void => {
    const price = quotes.get(ticket.instrument);
    const chosen = price === undefined ? null : read(price);
    if (chosen !== null) onPrice(chosen);
  };
  return (
    <StaleMark as="div" instrument={ticket.instrument} className="ticket-head">
      <div className="flex items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate font-semibold text-sm">{ticket.symbol}</h2>
        <div role="group" aria-label="Side (B, S)" className="flex gap-0.5">
          {(['BUY', 'SELL'] as const).map((one) => (
            <button
              key={one}
              type="button"
              className={`chip ${one === 'BUY' ? 'buy' : 'sell'}`}
              aria-pressed={one === side}
              disabled={isLocked}
              onClick={() => onSide(one)}
            >
              {one === 'BUY' ? 'Buy' : 'Sell'}
            </button>
          ))}
        </div>
        <button type="button" className="icon-button" onClick={onClose}>
          <X aria-hidden className="size-4" />
          <span className="sr-only">Close</span>
        </button>
      </div>
      <div className="flex flex-wrap items-baseline gap-x-4">
        <span>
          <QuoteText instrument={ticket.instrument} read={readLast} tone={changeTone} className="toned font-semibold" />{' '}
          <QuoteText instrument={ticket.instrument} read={readChange} tone={changeTone} className="toned text-xs" />
        </span>
        <button
          type="button"
          className="quoted"
          disabled={isLocked}
          title="Take the bid as the price"
          onClick={() => choose((quote) => quote.bid_price)}
        >
          Bid <QuoteText instrument={ticket.instrument} read={readBid} className="font-semibold buy" />
        </button>
        <button
          type="button"
          className="quoted"
          disabled={isLocked}
          title="Take the ask as the price"
          onClick={() => choose((quote) => quote.ask_price)}
        >
          Ask <QuoteText instrument={ticket.instrument} read={readAsk} className="font-semibold sell" />
        </button>
      </div>
    </StaleMark>
  );
}
