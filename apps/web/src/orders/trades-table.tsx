import { useEffect } from 'react';
import { useOrderTradesQuery } from '../api/orders-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { formatIstTime } from '../format/ist.ts';
import { formatCompact, formatCount, formatPrice, MISSING } from '../format/numbers.ts';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { PRODUCT_WORDS } from './order-words.ts';

interface TradesTableProps {
  accountId: string;
  /** Grows whenever an order changed: then there may be more fills. */
  revision: number;
  /** What a fill's instrument is called. */
  symbolOf: (orderId: string) => string | undefined;
  onOpen: (orderId: string) => void;
}

/** The day's fills, newest first. */
export function TradesTable({ accountId, revision, symbolOf, onOpen }: TradesTableProps): React.JSX.Element {
  const { data, error, refetch } = useOrderTradesQuery({ account_id: accountId, limit: 500 });
  useEffect(() => {
    if (revision > 0) void refetch();
  }, [revision, refetch]);
  if (data === undefined) {
    if (error !== undefined) return <FailureNotice failure={error as ApiFailure} onRetry={() => void refetch()} />;
    return <LoadingRows rows={8} label="Loading the trades" />;
  }
  if (data.trades.length === 0) return <EmptyNotice title="Nothing has traded today" />;
  return (
    <div className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Trades of the day" role="region">
      <table className="figures" data-testid="trades">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Instrument</th>
            <th scope="col">Side</th>
            <th scope="col">Qty</th>
            <th scope="col">Price</th>
            <th scope="col">Value</th>
            <th scope="col">Product</th>
            <th scope="col">Broker order</th>
          </tr>
        </thead>
        <tbody>
          {data.trades.map((trade) => (
            <tr key={trade.fill_id}>
              <td>{trade.at_ms === null ? MISSING : formatIstTime(trade.at_ms)}</td>
              <th scope="row">
                <button type="button" className="underline" onClick={() => onOpen(trade.order_id)}>
                  {symbolOf(trade.order_id) ?? trade.instrument_key}
                </button>
              </th>
              <td className={trade.side === 'BUY' ? 'tone-gain' : 'tone-loss'}>
                {trade.side === 'BUY' ? 'Buy' : 'Sell'}
              </td>
              <td>{formatCount(trade.quantity)}</td>
              <td>{formatPrice(trade.price)}</td>
              <td>{formatCompact(trade.value)}</td>
              <td>{PRODUCT_WORDS[trade.product] ?? trade.product}</td>
              <td>{trade.broker_order_id ?? MISSING}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
