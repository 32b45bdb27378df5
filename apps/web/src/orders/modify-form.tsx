import type { OrderView } from '@vega/client';
import { useRef, useState } from 'react';
import { readPrice } from '../ticket/ticket-form.ts';
import { askModify, sayOutcome } from './order-actions.ts';
import { presentPrice, presentQuantity, presentTrigger } from './order-words.ts';

/** Changes quantity, price or trigger of a working order in place. */
export function ModifyForm({ order }: { order: OrderView }): React.JSX.Element {
  const [quantity, setQuantity] = useState(String(presentQuantity(order)));
  const [price, setPrice] = useState(presentPrice(order)?.toFixed(2) ?? '');
  const [trigger, setTrigger] = useState(presentTrigger(order)?.toFixed(2) ?? '');
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  /** The key of the change as it stands; another change has another. */
  const sent = useRef<{ key: string; text: string }>(undefined);
  const change = {
    ...(Number(quantity) === presentQuantity(order) ? {} : { quantity: Number(quantity) }),
    ...(order.price === null || readPrice(price) === presentPrice(order) ? {} : { price: readPrice(price) ?? 0 }),
    ...(order.trigger_price === null || readPrice(trigger) === presentTrigger(order)
      ? {}
      : { trigger_price: readPrice(trigger) ?? 0 }),
  };
  const isChange = Object.keys(change).length > 0 && Object.values(change).every((value) => value > 0);
  const submit = async (): Promise<void> => {
    if (isBusy || !isChange) return;
    setBusy(true);
    const body = { order_id: order.order_id, account_id: order.account_id, ...change };
    const text = JSON.stringify(body);
    if (sent.current?.text !== text) sent.current = { key: crypto.randomUUID(), text };
    const outcome = await askModify(sent.current.key, body);
    if (outcome.kind === 'done') sent.current = undefined;
    setSaid(sayOutcome(outcome, 'Changed.'));
    setBusy(false);
  };
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      aria-label="Change the order"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Entry label="Units" value={quantity} onValue={setQuantity} />
      {order.price === null ? null : <Entry label="Price" value={price} onValue={setPrice} />}
      {order.trigger_price === null ? null : <Entry label="Trigger" value={trigger} onValue={setTrigger} />}
      <button type="submit" className="button" disabled={isBusy || !isChange}>
        Change
      </button>
      <p role="status" className="basis-full break-words">
        {said}
      </p>
    </form>
  );
}

interface EntryProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
}

function Entry({ label, value, onValue }: EntryProps): React.JSX.Element {
  return (
    <label className="flex flex-col text-dim text-xs">
      {label}
      <input
        className="field w-24 text-right"
        inputMode="decimal"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </label>
  );
}
