import type { OrderView } from '@vega/client';
import { useState, useSyncExternalStore } from 'react';
import { useShortcuts } from '../app/shortcuts.ts';
import { useRemembered } from '../app/remembered.ts';
import { useAccounts, useChosenAccount, type LiveAccount } from '../live/use-accounts.ts';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { AccountPicker, accountFault } from './account-picker.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { askCancel, askCancelAll, sayOutcome } from './order-actions.ts';
import { OrderDetail } from './order-detail.tsx';
import {
  countsOf,
  FILTER_TITLES,
  filterOrders,
  isOrderFilter,
  ORDER_FILTERS,
  type OrderFilter,
} from './order-filters.ts';
import { OrderGrid } from './order-grid.tsx';
import { ORDERS_KEYS } from './orders-keys.ts';
import { TradesTable } from './trades-table.tsx';
import { useAllOrders, useOrders } from './use-orders.ts';

/** The orders of the day: the book with live states, one order in detail, the trades. */
export function OrdersPage(): React.JSX.Element {
  const accounts = useAccounts();
  const [account, choose] = useChosenAccount(accounts);
  if (accounts === undefined) return <LoadingRows rows={10} label="Loading the accounts" />;
  if (account === undefined) {
    return (
      <EmptyNotice title="No broker account yet">
        Orders belong to an account; none is connected for this user.
      </EmptyNotice>
    );
  }
  return (
    <AccountOrders
      key={account.account_id}
      account={account}
      picker={<AccountPicker accounts={accounts} chosen={account} onChoose={choose} />}
    />
  );
}

interface AccountOrdersProps {
  account: LiveAccount;
  picker: React.JSX.Element;
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

function AccountOrders({ account, picker }: AccountOrdersProps): React.JSX.Element {
  const accountId = account.account_id;
  const { book, isLoaded, failure, reload } = useOrders(accountId);
  const orders = useAllOrders(book);
  const revision = useSyncExternalStore(book.revision.subscribe, book.revision.get);
  const [filter, setFilter] = useRemembered<OrderFilter>('orders.filter', isOrderFilter, 'all');
  const [isTrades, setTrades] = useRemembered<boolean>('orders.trades', isFlag, false);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<'cancel-all'>();
  const [said, setSaid] = useState('');
  const counts = countsOf(orders);
  const shown = filterOrders(orders, filter, text);
  const detail = isOpen && chosen !== null ? book.rows.get(chosen) : undefined;
  const fault = accountFault(account);
  useShortcuts(ORDERS_KEYS, {
    filter: () => setFilter(ORDER_FILTERS[(ORDER_FILTERS.indexOf(filter) + 1) % ORDER_FILTERS.length] ?? 'all'),
    trades: () => setTrades(!isTrades),
    cancelAll: () => {
      if (counts.open > 0) setAsked('cancel-all');
    },
  });
  const open = (id: string): void => {
    setChosen(id);
    setOpen(true);
  };
  const cancel = (order: OrderView): void =>
    void askCancel(order).then((outcome) =>
      setSaid(sayOutcome(outcome, `Cancelling ${order.trading_symbol ?? order.instrument_key} was asked for.`)),
    );
  const cancelAll = (): void =>
    void askCancelAll(accountId).then((outcome) => setSaid(sayOutcome(outcome, 'Cancelling all was asked for.')));
  return (
    <div className="flex h-full min-h-0">
      <section aria-label="Orders of the day" className="flex min-w-0 flex-1 flex-col">
        <h1 className="sr-only">Orders</h1>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-2 py-1.5">
          {picker}
          <div role="group" aria-label="Filter (key F)" className="flex gap-0.5">
            {ORDER_FILTERS.map((one) => (
              <button
                key={one}
                type="button"
                className="chip"
                aria-pressed={one === filter}
                data-filter={one}
                onClick={() => setFilter(one)}
              >
                {FILTER_TITLES[one]} {counts[one]}
              </button>
            ))}
          </div>
          <input
            className="field w-40"
            type="search"
            aria-label="Find an order"
            placeholder="Symbol, strategy, id"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="button" className="chip" aria-pressed={isTrades} onClick={() => setTrades(!isTrades)}>
            Trades <kbd className="key hidden md:inline">R</kbd>
          </button>
          <button
            type="button"
            className="button danger ml-auto"
            disabled={counts.open === 0}
            onClick={() => setAsked('cancel-all')}
          >
            Cancel all
          </button>
        </div>
        {fault === undefined ? null : (
          <p className="border-b border-line px-3 py-1 text-warn">{fault} Orders that open are refused.</p>
        )}
        <p role="status" className="px-3 text-dim" data-testid="orders-said">
          {said}
        </p>
        {failure === undefined ? null : <FailureNotice failure={failure} onRetry={reload} />}
        {isTrades ? (
          <TradesTable
            accountId={accountId}
            revision={revision}
            symbolOf={(id) => book.rows.get(id)?.trading_symbol ?? undefined}
            onOpen={open}
          />
        ) : shown.length > 0 ? (
          <div className="orders flex min-h-0 flex-1 flex-col">
            <OrderGrid
              book={book}
              rows={shown.map(({ order_id: id }) => id)}
              current={chosen}
              onCurrent={setChosen}
              onOpen={open}
              onCancel={cancel}
            />
          </div>
        ) : !isLoaded && failure === undefined ? (
          <LoadingRows rows={8} label="Loading the orders" />
        ) : orders.length === 0 ? (
          <EmptyNotice title="No orders today">
            Press <kbd className="key">B</kbd> or <kbd className="key">S</kbd> on a contract of the chain, in the
            watchlist or on the chart.
          </EmptyNotice>
        ) : (
          <EmptyNotice title="No order fits">Choose another filter, or other words.</EmptyNotice>
        )}
      </section>
      {detail === undefined ? null : <OrderDetail order={detail} onCancel={cancel} onClose={() => setOpen(false)} />}
      {asked === undefined ? null : (
        <ConfirmDialog
          title={counts.open === 1 ? 'Cancel 1 open order?' : `Cancel ${counts.open} open orders?`}
          action="Cancel all"
          onConfirm={cancelAll}
          onClose={() => setAsked(undefined)}
        >
          All that works in {account.label} is cancelled. Positions stay as they are.
        </ConfirmDialog>
      )}
    </div>
  );
}
