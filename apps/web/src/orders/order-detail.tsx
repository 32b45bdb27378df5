import type { OrderTimelineView, OrderView } from '@vega/client';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useOrderTimelineQuery } from '../api/orders-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { formatIstTime } from '../format/ist.ts';
import { formatCount, formatPrice, MISSING } from '../format/numbers.ts';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { CheckList } from './check-list.tsx';
import { hopsOf } from './hops.ts';
import { ModifyForm } from './modify-form.tsx';
import {
  eventWords,
  isChangeable,
  presentPrice,
  presentQuantity,
  presentTrigger,
  PRODUCT_WORDS,
  reasonOf,
  statusWords,
  TYPE_WORDS,
} from './order-words.ts';

interface OrderDetailProps {
  order: OrderView;
  onCancel: (order: OrderView) => void;
  onClose: () => void;
}

/** One order: its terms, why it ended so, what can be done with it, and its way through the platform. */
export function OrderDetail({ order, onCancel, onClose }: OrderDetailProps): React.JSX.Element {
  const { word, note, tone } = statusWords(order.status);
  const reason = reasonOf(order);
  return (
    <section aria-label="Order in detail" className="order-detail" data-testid="order-detail">
      <header className="flex items-center gap-2 px-3 pt-2">
        <h2 className="min-w-0 flex-1 truncate font-semibold text-sm">
          <span className={order.side === 'BUY' ? 'buy' : 'sell'}>{order.side === 'BUY' ? 'Buy' : 'Sell'}</span>{' '}
          {order.trading_symbol ?? order.instrument_key}
        </h2>
        <button type="button" className="icon-button" onClick={onClose}>
          <X aria-hidden className="size-4" />
          <span className="sr-only">Close</span>
        </button>
      </header>
      <p className="px-3" title={note}>
        <span className={`font-semibold tone-${tone}`}>{word}</span>{' '}
        <span className="text-dim">
          {formatCount(order.filled_quantity)} of {formatCount(presentQuantity(order))}
          {order.average_price === null ? '' : ` at ${formatPrice(order.average_price)}`}
        </span>
      </p>
      {order.status === 'UNKNOWN' ? (
        <p className="mx-3 mt-1 text-warn">
          It may be at the broker. It is looked for by its tag and never sent again; until that is known, nothing that
          opens is sent.
        </p>
      ) : null}
      {reason === '' ? null : (
        <p className="mx-3 mt-1 break-words" data-testid="reason">
          {reason}
        </p>
      )}
      <Terms order={order} />
      {isChangeable(order) ? (
        <div className="border-t border-line px-3 py-2">
          <ModifyForm key={order.order_id} order={order} />
          <button type="button" className="button mt-2" onClick={() => onCancel(order)}>
            Cancel the order <kbd className="key">X</kbd>
          </button>
        </div>
      ) : null}
      {order.denial === null ? null : (
        <div className="overflow-x-auto border-t border-line px-3 py-2">
          <CheckList checks={order.denial.checks} />
        </div>
      )}
      <Timeline order={order} />
    </section>
  );
}

function Terms({ order }: { order: OrderView }): React.JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    ['Type', `${TYPE_WORDS[order.order_type] ?? order.order_type}, ${order.validity}`],
    ['Price', formatPrice(presentPrice(order))],
    ...(order.trigger_price === null ? [] : [['Trigger', formatPrice(presentTrigger(order))] as const]),
    ['Product', PRODUCT_WORDS[order.product] ?? order.product],
    ['Decided at', formatPrice(order.decided_price)],
    ['Slices', order.children.map(({ quantity }) => formatCount(quantity)).join(' + ') || MISSING],
    ['Broker', order.children.map(({ broker_order_id: id }) => id ?? MISSING).join(', ') || MISSING],
    ['Order id', order.order_id],
  ];
  return (
    <dl className="facts px-3 py-2">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="break-all">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Every event of an order, and how long each hop took. */
function Timeline({ order }: { order: OrderView }): React.JSX.Element {
  const { order_id: orderId, account_id: accountId, account_seq: seq } = order;
  const { data, error, refetch } = useOrderTimelineQuery({ orderId, accountId });
  useEffect(() => {
    // Something happened to the order: its timeline has grown.
    if (data !== undefined && data.order.account_seq < seq) void refetch();
  }, [data, seq, refetch]);
  if (data === undefined) {
    if (error !== undefined) return <FailureNotice failure={error as ApiFailure} onRetry={() => void refetch()} />;
    return <LoadingRows rows={4} label="Loading the timeline" />;
  }
  return (
    <div className="border-t border-line px-3 py-2">
      <Hops timeline={data} />
      <ol className="timeline" data-testid="timeline">
        {data.events.map(({ account_seq, kind, at_ms, code, message, source, fill }) => (
          <li key={account_seq} data-kind={kind}>
            <time className="text-dim">{at_ms === null ? MISSING : formatStamp(at_ms)}</time>
            <span>
              {eventWords(kind)}
              {fill === null ? '' : ` ${formatCount(fill.quantity)} at ${formatPrice(fill.price)}`}
              {code === null && message === null ? null : (
                <span className="block text-dim break-words">{[code, message].filter(Boolean).join(': ')}</span>
              )}
            </span>
            <span className="text-dim text-xs">{source}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Hops({ timeline }: { timeline: OrderTimelineView }): React.JSX.Element | null {
  const hops = hopsOf(timeline);
  if (hops.length === 0) return null;
  return (
    <p className="mb-2" data-testid="hops" title="Time from each station to the next">
      {hops.map(({ name, ms }, n) => (
        <span key={name}>
          {n === 0 ? '' : ' → '}
          {name} <span className="font-semibold">{formatCount(ms)} ms</span>
        </span>
      ))}
    </p>
  );
}

/** `15:29:59.120` in India. */
function formatStamp(ms: number): string {
  return `${formatIstTime(ms)}.${String(ms % 1_000).padStart(3, '0')}`;
}
