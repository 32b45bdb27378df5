import { useEffect, useRef, useState } from 'react';
import { placeOrder } from '@vega/client';
import { access } from '../api/gateway-api.ts';
import { useQuoteQuery } from '../api/market-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { useRemembered } from '../app/remembered.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { useFollow, useLive } from '../live/live-context.tsx';
import { useAccounts, useChosenAccount, type LiveAccount } from '../live/use-accounts.ts';
import { AccountPicker, accountFault } from '../orders/account-picker.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { DepthTable } from '../watch/depth-table.tsx';
import { outcomeOfAnswer, outcomeOfError, type PlaceOutcome } from './place-outcome.ts';
import { TicketFields } from './ticket-fields.tsx';
import {
  faultsOf,
  PRODUCTS,
  toTerms,
  type ContractTerms,
  type OrderTerms,
  type Product,
  type TicketForm,
} from './ticket-form.ts';
import { TicketHead } from './ticket-head.tsx';
import { TicketOutcome } from './ticket-outcome.tsx';
import { TicketPreview } from './ticket-preview.tsx';
import { ticketClosed, type OpenTicket } from './ticket-slice.ts';

/** The order ticket, over whatever page it was opened from. */
export function OrderTicket(): React.JSX.Element | null {
  const ticket = useAppSelector((state) => state.ticket.open);
  const dispatch = useAppDispatch();
  if (ticket === null) return null;
  const close = (): void => void dispatch(ticketClosed());
  return (
    <Dialog key={ticket.key} label={`Order ticket, ${ticket.symbol}`} onClose={close} className="ticket">
      <Loaded ticket={ticket} onClose={close} />
    </Dialog>
  );
}

interface TicketProps {
  ticket: OpenTicket;
  onClose: () => void;
}

/** The ticket once the contract and the accounts are known. */
function Loaded({ ticket, onClose }: TicketProps): React.JSX.Element {
  const { data, error, refetch } = useQuoteQuery(ticket.instrument);
  const accounts = useAccounts();
  const [account, choose] = useChosenAccount(accounts);
  useFollow([ticket.instrument]);
  if (data === undefined && error !== undefined) {
    return <FailureNotice failure={error as ApiFailure} onRetry={() => void refetch()} />;
  }
  if (data === undefined || accounts === undefined) return <LoadingRows rows={8} label="Loading the ticket" />;
  if (account === undefined) {
    return <EmptyNotice title="No broker account">Orders belong to an account; connect one first.</EmptyNotice>;
  }
  const { lot_size: lotSize, tick_size: tickSize, freeze_qty: freezeQty, instrument_type: type } = data.instrument;
  if (type === 'INDEX' || tickSize === null) {
    return (
      <EmptyNotice title="Not tradable">An index itself cannot be traded: choose a future or an option.</EmptyNotice>
    );
  }
  return (
    <Ticket
      ticket={ticket}
      onClose={onClose}
      account={account}
      contract={{ lotSize: lotSize ?? 1, tickSize, freezeQty }}
      picker={(isLocked) => (
        <AccountPicker accounts={accounts} chosen={account} onChoose={choose} disabled={isLocked} />
      )}
    />
  );
}

/** Where the ticket stands. What was sent keeps its terms, so that asking again asks for the same. */
type Phase =
  | { readonly kind: 'editing' }
  | { readonly kind: 'review' }
  | { readonly kind: 'sending'; readonly terms: OrderTerms }
  | { readonly kind: 'done'; readonly terms: OrderTerms; readonly outcome: PlaceOutcome };

interface LoadedTicketProps extends TicketProps {
  account: LiveAccount;
  contract: ContractTerms;
  picker: (isLocked: boolean) => React.JSX.Element;
}

const isProduct = (value: unknown): value is Product => (PRODUCTS as readonly unknown[]).includes(value);

function Ticket({ ticket, onClose, account, contract, picker }: LoadedTicketProps): React.JSX.Element {
  const live = useLive();
  const [product, rememberProduct] = useRemembered<Product>('ticket.product', isProduct, 'INTRADAY');
  const [form, setForm] = useState<TicketForm>(() => ({
    side: ticket.side,
    lots: 1,
    orderType: 'LIMIT',
    product,
    validity: 'DAY',
    price: '',
    trigger: '',
  }));
  const [phase, setPhase] = useState<Phase>({ kind: 'editing' });
  const [key, setKey] = useState(ticket.key);
  const isSending = useRef(false);
  const body = useRef<HTMLFormElement>(null);
  useFirstPrice(ticket.instrument, form, setForm);
  useEffect(() => {
    // What had the focus is locked now, or gone: the keys of the ticket go on working.
    if (body.current?.contains(document.activeElement) !== true) body.current?.focus();
  }, [phase.kind]);
  const faults = faultsOf(form, contract);
  const isOrder = Object.keys(faults).length === 0;
  const target = { account: account.account_id, instrument: ticket.instrument };
  const terms = isOrder ? toTerms(form, contract, { ...target, lastPrice: null }) : undefined;
  const isLocked = phase.kind === 'sending' || (phase.kind === 'done' && phase.outcome.kind === 'unknown');

  const edit = (change: Partial<TicketForm>): void => {
    if (isLocked) return;
    if (change.product !== undefined) rememberProduct(change.product);
    // A denial belongs to its key: what is changed after it is another order.
    if (phase.kind === 'done' && phase.outcome.kind !== 'refused') setKey(crypto.randomUUID());
    if (phase.kind !== 'editing') setPhase({ kind: 'editing' });
    setForm((before) => ({ ...before, ...change }));
  };
  const send = async (sent: OrderTerms): Promise<void> => {
    if (isSending.current) return;
    isSending.current = true;
    setPhase({ kind: 'sending', terms: sent });
    const outcome = await placeOrder(access, { body: sent, idempotency_key: key }).then(
      outcomeOfAnswer,
      outcomeOfError,
    );
    isSending.current = false;
    setPhase({ kind: 'done', terms: sent, outcome });
  };
  const sendNow = (): void => {
    if (phase.kind !== 'review' || !isOrder) return;
    const lastPrice = live.quotes.get(ticket.instrument)?.last_price ?? null;
    void send(toTerms(form, contract, { ...target, lastPrice }));
  };
  const review = (): void => {
    if (isOrder && (phase.kind === 'editing' || (phase.kind === 'done' && phase.outcome.kind === 'refused')))
      setPhase({ kind: 'review' });
  };
  const again = (): void => {
    setKey(crypto.randomUUID());
    setPhase({ kind: 'editing' });
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && event.repeat) event.preventDefault();
    if (event.repeat) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (phase.kind === 'review') sendNow();
      else review();
      return;
    }
    if (event.key === 'Enter' && event.target === event.currentTarget) review();
    const { target: at } = event;
    const isTyping = at instanceof HTMLSelectElement || (at instanceof HTMLInputElement && at.type !== 'radio');
    const side = { b: 'BUY', s: 'SELL' }[event.key.toLowerCase()];
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || side === undefined) return;
    edit({ side: side === 'BUY' ? 'BUY' : 'SELL' });
  };

  const fault = accountFault(account);
  return (
    <form
      ref={body}
      tabIndex={-1}
      className="ticket-body outline-none"
      data-side={form.side}
      data-phase={phase.kind}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        review();
      }}
    >
      <TicketHead
        ticket={ticket}
        side={form.side}
        isLocked={isLocked}
        onSide={(side) => edit({ side })}
        onPrice={(price) => edit({ price: price.toFixed(2) })}
        onClose={onClose}
      />
      <div className="ticket-columns">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-2 px-3 py-2">{picker(isLocked)}</div>
          {fault === undefined ? null : <p className="px-3 text-warn">{fault}</p>}
          <TicketFields form={form} faults={faults} contract={contract} isLocked={isLocked} onEdit={edit} />
          {phase.kind === 'done' ? (
            <TicketOutcome
              outcome={phase.outcome}
              accountId={account.account_id}
              onAskAgain={() => void send(phase.terms)}
              onAnother={again}
              onClose={onClose}
            />
          ) : (
            <TicketButtons phase={phase.kind} form={form} isOrder={isOrder} onBack={() => edit({})} onSend={sendNow} />
          )}
        </div>
        <div className="min-w-0 border-line md:border-l">
          <DepthTable instrument={ticket.instrument} />
          <TicketPreview terms={terms} isReviewed={phase.kind === 'review'} />
        </div>
      </div>
    </form>
  );
}

interface TicketButtonsProps {
  phase: 'editing' | 'review' | 'sending';
  form: TicketForm;
  isOrder: boolean;
  onBack: () => void;
  onSend: () => void;
}

/** Enter reviews, and only what was reviewed is sent. */
function TicketButtons({ phase, form, isOrder, onBack, onSend }: TicketButtonsProps): React.JSX.Element {
  const words = form.side === 'BUY' ? 'Buy' : 'Sell';
  if (phase === 'editing') {
    return (
      <div className="flex items-center justify-end gap-2 px-3 py-2">
        <button type="submit" className={`button ${form.side === 'BUY' ? 'buy' : 'sell'}`} disabled={!isOrder}>
          Review <kbd className="key">Enter</kbd>
        </button>
      </div>
    );
  }
  return (
    <div className="flex items-center justify-end gap-2 px-3 py-2" role="group" aria-label="Confirm the order">
      <button type="button" className="button" disabled={phase === 'sending'} onClick={onBack}>
        Back
      </button>
      <button
        type="button"
        className={`button send ${form.side === 'BUY' ? 'buy' : 'sell'}`}
        disabled={phase === 'sending'}
        onClick={onSend}
      >
        {phase === 'sending' ? 'Sending…' : `Send: ${words.toLowerCase()} now`} <kbd className="key">Ctrl Enter</kbd>
      </button>
    </div>
  );
}

/** Proposes the price at which the order would trade now, once, as soon as there is one. */
function useFirstPrice(
  instrument: string,
  form: TicketForm,
  setForm: (change: (before: TicketForm) => TicketForm) => void,
): void {
  const { quotes } = useLive();
  const isProposed = useRef(false);
  const { side } = form;
  useEffect(() => {
    const propose = (): void => {
      const quote = quotes.get(instrument);
      const price = (side === 'BUY' ? quote?.ask_price : quote?.bid_price) ?? quote?.last_price ?? null;
      if (isProposed.current || price === null) return;
      isProposed.current = true;
      setForm((before) => (before.price === '' ? { ...before, price: price.toFixed(2) } : before));
    };
    propose();
    return quotes.subscribe(instrument, propose);
  }, [quotes, instrument, side, setForm]);
}
