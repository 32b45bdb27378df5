import { Minus, Plus } from 'lucide-react';
import { useId } from 'react';
import { formatCount } from '../format/numbers.ts';
import { PRODUCT_WORDS, TYPE_WORDS } from '../orders/order-words.ts';
import {
  ORDER_TYPES,
  PRODUCTS,
  stepPrice,
  VALIDITIES,
  type ContractTerms,
  type FormFaults,
  type TicketForm,
} from './ticket-form.ts';

interface TicketFieldsProps {
  form: TicketForm;
  faults: FormFaults;
  contract: ContractTerms;
  isLocked: boolean;
  onEdit: (change: Partial<TicketForm>) => void;
}

/** Quantity in lots, type, prices in steps of the tick, product and validity. */
export function TicketFields({ form, faults, contract, isLocked, onEdit }: TicketFieldsProps): React.JSX.Element {
  const { lotSize, freezeQty, tickSize } = contract;
  const units = form.lots * lotSize;
  return (
    <fieldset className="ticket-fields" disabled={isLocked}>
      <legend className="sr-only">The order</legend>
      <Choices
        label="Type"
        options={ORDER_TYPES}
        chosen={form.orderType}
        words={TYPE_WORDS}
        onChoose={(orderType) => onEdit({ orderType })}
      />
      <Quantity form={form} lotSize={lotSize} {...faultOf(faults.lots)} onEdit={onEdit} />
      <p className="text-dim text-xs">
        {lotSize === 1 ? '' : `${formatCount(form.lots)} × ${formatCount(lotSize)} = ${formatCount(units)} units. `}
        {freezeQty !== null && units > freezeQty
          ? `More than ${formatCount(freezeQty)} units: sent in ${formatCount(Math.ceil(units / freezeQty))} orders.`
          : ''}
      </p>
      {form.orderType === 'MARKET' ? (
        <p className="text-dim">Leaves as a limit at the protection price: no plain market order is ever sent.</p>
      ) : (
        <Price
          label="Price"
          text={form.price}
          tickSize={tickSize}
          {...faultOf(faults.price)}
          onText={(price) => onEdit({ price })}
        />
      )}
      {form.orderType === 'SL' ? (
        <Price
          label="Trigger"
          text={form.trigger}
          tickSize={tickSize}
          {...faultOf(faults.trigger)}
          onText={(trigger) => onEdit({ trigger })}
        />
      ) : null}
      <Choices
        label="Product"
        options={PRODUCTS}
        chosen={form.product}
        words={PRODUCT_WORDS}
        onChoose={(product) => onEdit({ product })}
      />
      <Choices
        label="Validity"
        options={VALIDITIES}
        chosen={form.validity}
        words={{ DAY: 'Day', IOC: 'IOC' }}
        onChoose={(validity) => onEdit({ validity })}
      />
    </fieldset>
  );
}

const faultOf = (fault: string | undefined): { fault?: string } => (fault === undefined ? {} : { fault });

interface ChoicesProps<T extends string> {
  label: string;
  options: readonly T[];
  chosen: T;
  words: Readonly<Record<string, string>>;
  onChoose: (option: T) => void;
}

/** One of a few. Radios, on which Enter reviews the order as it does in every other field. */
function Choices<T extends string>({ label, options, chosen, words, onChoose }: ChoicesProps<T>): React.JSX.Element {
  const name = useId();
  return (
    <div className="ticket-field" role="radiogroup" aria-label={label}>
      <span>{label}</span>
      <span className="flex gap-0.5">
        {options.map((one) => (
          <label key={one} className="chip">
            <input
              type="radio"
              className="sr-only"
              name={name}
              checked={one === chosen}
              onChange={() => onChoose(one)}
            />
            {words[one] ?? one}
          </label>
        ))}
      </span>
    </div>
  );
}

interface QuantityProps {
  form: TicketForm;
  lotSize: number;
  fault?: string;
  onEdit: (change: Partial<TicketForm>) => void;
}

function Quantity({ form, lotSize, fault, onEdit }: QuantityProps): React.JSX.Element {
  const id = useId();
  const step = (by: number): void => onEdit({ lots: Math.max(1, Math.trunc(form.lots) + by) });
  return (
    <div className="ticket-field">
      <label htmlFor={id}>Lots</label>
      <span className="flex items-center gap-1">
        <button type="button" className="icon-button" onClick={() => step(-1)}>
          <Minus aria-hidden className="size-3.5" />
          <span className="sr-only">One lot fewer</span>
        </button>
        <input
          id={id}
          className="field w-20 text-right"
          type="number"
          min={1}
          step={1}
          autoFocus
          aria-invalid={fault !== undefined}
          title={fault}
          value={form.lots}
          onChange={(event) => onEdit({ lots: Number(event.target.value) })}
        />
        <button type="button" className="icon-button" onClick={() => step(1)}>
          <Plus aria-hidden className="size-3.5" />
          <span className="sr-only">One lot more</span>
        </button>
        {lotSize === 1 ? null : (
          <input
            className="field w-24 text-right"
            type="number"
            aria-label="Units"
            min={lotSize}
            step={lotSize}
            value={form.lots * lotSize}
            onChange={(event) => onEdit({ lots: Number(event.target.value) / lotSize })}
          />
        )}
      </span>
      <Fault text={fault} />
    </div>
  );
}

interface PriceProps {
  label: string;
  text: string;
  tickSize: number;
  fault?: string;
  onText: (text: string) => void;
}

/** A price; the up and down keys step it by the tick, with Shift by ten. */
function Price({ label, text, tickSize, fault, onText }: PriceProps): React.JSX.Element {
  const id = useId();
  return (
    <div className="ticket-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field w-28 text-right"
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={fault !== undefined}
        title={fault ?? `Steps of ${tickSize}: ↑ and ↓, with Shift by ten`}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          onText(stepPrice(text, tickSize, (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1)));
        }}
      />
      <Fault text={fault} />
    </div>
  );
}

function Fault({ text }: { text: string | undefined }): React.JSX.Element | null {
  return text === undefined ? null : <span className="ticket-fault text-warn text-xs">{text}</span>;
}
