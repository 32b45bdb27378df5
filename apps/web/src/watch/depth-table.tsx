import type { StreamLevel } from '@vega/client';
import { adviceFor } from '../api/failure.ts';
import { formatCompact, formatCount, formatPrice } from '../format/numbers.ts';
import { useBook, useRefusal } from '../live/live-context.tsx';
import type { LiveBook } from '../live/live-data.ts';
import { LoadingRows } from '../ui/notices.tsx';

const LEVELS = 5;

/** Five levels of each side with bars of their size, and totals, as the stream brings them. */
export function DepthTable({ instrument }: { instrument: string }): React.JSX.Element {
  const book = useBook(instrument);
  const refusal = useRefusal(instrument);
  if (book !== undefined) return <Book book={book} />;
  if (refusal !== undefined) {
    return (
      <p className="border-t border-line px-3 py-2 text-warn">
        No depth: {refusal.detail} ({refusal.code}). {adviceFor(refusal.code)}
      </p>
    );
  }
  return <LoadingRows rows={LEVELS} label="Loading the depth" />;
}

function Book({ book }: { book: LiveBook }): React.JSX.Element {
  const { bids, asks, total_buy_qty: buys, total_sell_qty: sells } = book;
  const largest = Math.max(1, ...[...bids, ...asks].map((level) => level.qty ?? 0));
  const bid = bids[0]?.price ?? null;
  const ask = asks[0]?.price ?? null;
  return (
    <div className="border-t border-line">
      <table className="depth" aria-label="Market depth">
        <thead>
          <tr>
            <th scope="col">Qty</th>
            <th scope="col">Bid</th>
            <th scope="col">Ask</th>
            <th scope="col">Qty</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: LEVELS }, (_, n) => (
            <tr key={n}>
              <Level side="bid" level={bids[n]} largest={largest} />
              <Level side="ask" level={asks[n]} largest={largest} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={2} title="Units of all buy orders">
              Buy {formatCompact(buys)}
            </td>
            <td colSpan={2} title="Units of all sell orders">
              Sell {formatCompact(sells)}
            </td>
          </tr>
        </tfoot>
      </table>
      <Balance buys={buys} sells={sells} />
      <p className="px-3 pb-2 text-dim text-xs">
        Spread {bid === null || ask === null ? formatPrice(null) : formatPrice(ask - bid)}
      </p>
    </div>
  );
}

interface LevelProps {
  side: 'bid' | 'ask';
  level: StreamLevel | undefined;
  largest: number;
}

function Level({ side, level, largest }: LevelProps): React.JSX.Element {
  const share = `${Math.round((100 * (level?.qty ?? 0)) / largest)}%`;
  const price = (
    <td key="price" className={side === 'bid' ? 'text-gain' : 'text-loss'}>
      {formatPrice(level?.price)}
    </td>
  );
  const quantity = (
    <td key="qty" className={`bar ${side}`} style={{ '--share': share } as React.CSSProperties}>
      {formatCount(level?.qty)}
    </td>
  );
  return <>{side === 'bid' ? [quantity, price] : [price, quantity]}</>;
}

function Balance({ buys, sells }: { buys: number | null; sells: number | null }): React.JSX.Element | null {
  if (buys === null || sells === null || buys + sells === 0) return null;
  const share = Math.round((100 * buys) / (buys + sells));
  return (
    <div role="img" aria-label={`${share} percent of the units in the book are buys`} className="balance">
      <span style={{ width: `${share}%` }} />
    </div>
  );
}
