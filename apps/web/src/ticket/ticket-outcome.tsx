import { Link } from 'react-router';
import { adviceFor } from '../api/failure.ts';
import { formatCount, formatPrice } from '../format/numbers.ts';
import { CheckList } from '../orders/check-list.tsx';
import { reasonOf, statusWords } from '../orders/order-words.ts';
import { useOrder, useOrders } from '../orders/use-orders.ts';
import type { PlaceOutcome } from './place-outcome.ts';

interface TicketOutcomeProps {
  outcome: PlaceOutcome;
  accountId: string;
  /** Sends the same again under the same key: it can lead to no second order. */
  onAskAgain: () => void;
  /** Begins another order with another key. */
  onAnother: () => void;
  onClose: () => void;
}

/** What became of the order, and no more than is known of it. */
export function TicketOutcome(props: TicketOutcomeProps): React.JSX.Element {
  const { outcome, accountId, onAskAgain, onAnother, onClose } = props;
  return (
    <div className="ticket-outcome" data-outcome={outcome.kind} data-testid="ticket-outcome" role="status">
      {outcome.kind === 'accepted' ? (
        <>
          <p>
            <span className="font-semibold text-gain">Accepted</span> and recorded
            {outcome.placed.slices.length > 1 ? `, in ${formatCount(outcome.placed.slices.length)} orders` : ''}.
          </p>
          <Present accountId={accountId} orderId={outcome.placed.order_id} />
        </>
      ) : outcome.kind === 'denied' ? (
        <>
          <p>
            <span className="font-semibold text-loss">Denied</span>: {outcome.denial.message}{' '}
            <code>{outcome.denial.code}</code>. Nothing was sent. Change it, and it is another order.
          </p>
          <CheckList checks={outcome.denial.checks} />
        </>
      ) : outcome.kind === 'refused' ? (
        <p>
          <span className="font-semibold text-loss">{outcome.failure.title}</span>: {outcome.failure.detail}{' '}
          <code>{outcome.failure.code}</code>. Nothing was recorded. {adviceFor(outcome.failure.code)}
        </p>
      ) : (
        <p>
          <span className="font-semibold text-warn">Unknown</span>: {outcome.why} It may be at work. Ask again: the same
          order is meant, a second one cannot come of it.
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2 pt-2">
        {outcome.kind === 'unknown' ? (
          <button type="button" className="button" onClick={onAskAgain}>
            Ask again
          </button>
        ) : null}
        {outcome.kind === 'accepted' ? (
          <button type="button" className="button" onClick={onAnother}>
            Another order
          </button>
        ) : null}
        <Link to="/orders" className="button" onClick={onClose}>
          To the orders
        </Link>
      </div>
    </div>
  );
}

/** The order as the stream tells it now. */
function Present({ accountId, orderId }: { accountId: string; orderId: string }): React.JSX.Element {
  const { book } = useOrders(accountId);
  const order = useOrder(book, orderId);
  if (order === undefined) return <p className="text-dim">On its way.</p>;
  const { word, note, tone } = statusWords(order.status);
  const reason = reasonOf(order);
  return (
    <p data-testid="ticket-status" title={note}>
      <span className={`font-semibold tone-${tone}`}>{word}</span>, {formatCount(order.filled_quantity)} of{' '}
      {formatCount(order.quantity)}
      {order.average_price === null ? '' : ` at ${formatPrice(order.average_price)}`}
      {reason === '' ? '' : `. ${reason}`}
    </p>
  );
}
