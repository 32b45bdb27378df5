import { useEffect, useState, useSyncExternalStore } from 'react';
import type { OrderEventView } from '@vega/client';
import { formatCount, formatPrice } from '../format/numbers.ts';
import { useAccounts, useChosenAccount } from '../live/use-accounts.ts';
import { eventWords } from './order-words.ts';
import type { OrdersBook } from './orders-book.ts';
import { useOrders } from './use-orders.ts';

/** How long news stays on the screen. */
const SHOWN_MS = 6_000;

/** What is worth telling whatever page is open. */
const TOLD: ReadonlySet<string> = new Set([
  'ACCEPTED',
  'DENIED',
  'CHILD_UNKNOWN',
  'CHILD_REJECTED',
  'CHILD_FAILED',
  'CHILD_ABSENT',
  'CHILD_FILL',
  'CHILD_CANCELLED',
  'CANCEL_REFUSED',
  'MODIFY_REFUSED',
  'ACCOUNT_HALTED',
]);

/** What happens to the chosen account's orders, told on every page: the one polite live region for orders. */
export function OrderNews(): React.JSX.Element | null {
  const accounts = useAccounts();
  const [account] = useChosenAccount(accounts);
  return account === undefined ? null : <AccountNews key={account.account_id} accountId={account.account_id} />;
}

function AccountNews({ accountId }: { accountId: string }): React.JSX.Element {
  const { book } = useOrders(accountId);
  const news = useSyncExternalStore(book.news.subscribe, book.news.get);
  const [shown, setShown] = useState<OrderEventView>();
  useEffect(() => {
    const told = news.findLast(({ kind }) => TOLD.has(kind));
    if (told !== undefined) setShown(told);
  }, [news]);
  useEffect(() => {
    if (shown === undefined) return;
    const timer = setTimeout(() => setShown(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div role="status" aria-live="polite" className="order-news" data-testid="order-news">
      {shown === undefined ? null : <p data-kind={shown.kind}>{sentence(book, shown)}</p>}
    </div>
  );
}

function sentence(book: OrdersBook, { order_id: id, kind, fill, code, message }: OrderEventView): string {
  const order = id === null ? undefined : book.rows.get(id);
  const what =
    order === undefined
      ? ''
      : `${order.side === 'BUY' ? 'Buy' : 'Sell'} ${order.trading_symbol ?? order.instrument_key}: `;
  const filled = fill === null ? '' : ` ${formatCount(fill.quantity)} at ${formatPrice(fill.price)}`;
  const why = [code, message].filter(Boolean).join(': ');
  return `${what}${eventWords(kind).toLowerCase()}${filled}${why === '' ? '' : `. ${why}`}`;
}
