import type { PayoffLegView } from '@vega/client';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { formatCount, formatPrice, formatCompact, MISSING } from '../format/numbers.ts';
import { formatExpiry } from '../format/ist.ts';
import { useAppDispatch } from '../app/store.ts';
import { legChanged, legRemoved, type BuilderLeg } from './builder-slice.ts';
import { describeLeg } from './templates.ts';

interface LegTableProps {
  legs: readonly BuilderLeg[];
  /** As valued, for the legs that count, in their order. */
  valued: readonly PayoffLegView[];
  /** Dates that a leg may have, nearest first. */
  expiries: readonly string[];
  /** Strikes that a leg may have, ascending. */
  ladder: readonly number[];
}

/** The legs, each to be changed in place, with what it is worth by itself. */
export function LegTable({ legs, valued, expiries, ladder }: LegTableProps): React.JSX.Element {
  const counted = legs.filter((leg) => leg.isIncluded && leg.lots > 0);
  return (
    <div className="shrink-0 overflow-x-auto">
      <table className="figures legs" data-testid="leg-table">
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col">Side</th>
            <th scope="col">Contract</th>
            <th scope="col">Lots</th>
            <th scope="col">Strike</th>
            <th scope="col">Expiry</th>
            <th scope="col" title="Paid or received per unit, ₹; empty = what the market asks">
              Price
            </th>
            <th scope="col" title="Per cent a year; empty = that of the chain">
              IV %
            </th>
            <th scope="col" title="Value per unit by the model, ₹">
              Model
            </th>
            <th scope="col">Delta ₹</th>
            <th scope="col">Theta ₹</th>
            <th scope="col">Profit now</th>
            <th scope="col">
              <span className="sr-only">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {legs.map((leg) => (
            <LegRow key={leg.id} leg={leg} valued={valued[counted.indexOf(leg)]} expiries={expiries} ladder={ladder} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LegRowProps {
  leg: BuilderLeg;
  valued: PayoffLegView | undefined;
  expiries: readonly string[];
  ladder: readonly number[];
}

function LegRow({ leg, valued, expiries, ladder }: LegRowProps): React.JSX.Element {
  const dispatch = useAppDispatch();
  const change = (to: Partial<Omit<BuilderLeg, 'id'>>): void => void dispatch(legChanged({ id: leg.id, change: to }));
  const name = describeLeg(leg);
  const number = (text: string): number | null => {
    const value = Number(text);
    return text.trim() === '' || !Number.isFinite(value) || value < 0 ? null : value;
  };
  return (
    <tr data-side={leg.side} data-off={leg.isIncluded ? undefined : ''}>
      <td>
        <input
          type="checkbox"
          aria-label={`${name} counts`}
          checked={leg.isIncluded}
          onChange={(event) => change({ isIncluded: event.target.checked })}
        />
      </td>
      <td>
        <button
          type="button"
          className={`chip side ${leg.side === 'BUY' ? 'buy' : 'sell'}`}
          aria-label={`${name}: turn over`}
          onClick={() => change({ side: leg.side === 'BUY' ? 'SELL' : 'BUY', price: null })}
        >
          {leg.side === 'BUY' ? 'Buy' : 'Sell'}
        </button>
      </td>
      <th scope="row" className="text-left">
        {valued?.trading_symbol ?? (leg.kind === 'FUTURE' ? 'Future' : leg.kind === 'CALL' ? 'Call' : 'Put')}
      </th>
      <td>
        <input
          className="field lots"
          type="number"
          min={1}
          max={10_000}
          step={1}
          aria-label={`Lots of ${name}`}
          title={
            valued?.lot_size === null || valued === undefined ? '' : `${formatCount(Math.abs(valued.units))} units`
          }
          value={leg.lots}
          onChange={(event) =>
            change({ lots: Math.max(1, Math.min(10_000, Math.trunc(Number(event.target.value)) || 1)) })
          }
        />
      </td>
      <td>{leg.strike === null ? MISSING : <StrikeSteps leg={leg} ladder={ladder} onChange={change} />}</td>
      <td>
        <select
          className="field"
          aria-label={`Expiry of ${name}`}
          value={leg.expiry}
          onChange={(event) => change({ expiry: event.target.value, price: null })}
        >
          {(expiries.includes(leg.expiry) ? expiries : [leg.expiry, ...expiries]).map((date) => (
            <option key={date} value={date}>
              {formatExpiry(date).slice(0, 6)}
            </option>
          ))}
        </select>
      </td>
      <td>
        <input
          className="field price"
          inputMode="decimal"
          aria-label={`Price of ${name}`}
          placeholder={formatPrice(valued?.entry_price)}
          value={leg.price ?? ''}
          onChange={(event) => change({ price: number(event.target.value) })}
        />
      </td>
      <td>
        <input
          className="field price"
          inputMode="decimal"
          aria-label={`Implied volatility of ${name}`}
          placeholder={valued?.iv === null || valued === undefined ? MISSING : valued.iv.toFixed(2)}
          value={leg.iv ?? ''}
          onChange={(event) => change({ iv: number(event.target.value) || null })}
        />
      </td>
      <td>{formatPrice(valued?.model_price)}</td>
      <td>{compact(valued?.greeks.delta)}</td>
      <td>{compact(valued?.greeks.theta)}</td>
      <td className="toned" data-tone={tone(valued?.profit)}>
        {compact(valued?.profit)}
      </td>
      <td>
        <button type="button" className="icon-button" onClick={() => dispatch(legRemoved(leg.id))}>
          <X aria-hidden className="size-3.5" />
          <span className="sr-only">Remove {name}</span>
        </button>
      </td>
    </tr>
  );
}

interface StrikeStepsProps {
  leg: BuilderLeg;
  ladder: readonly number[];
  onChange: (to: { strike: number; price: null }) => void;
}

function StrikeSteps({ leg, ladder, onChange }: StrikeStepsProps): React.JSX.Element {
  const at = ladder.indexOf(leg.strike ?? 0);
  const step = (by: number): void => {
    const strike = ladder[at + by];
    if (at >= 0 && strike !== undefined) onChange({ strike, price: null });
  };
  return (
    <span className="inline-flex items-center">
      {formatCount(leg.strike)}
      <button type="button" className="icon-button small" disabled={at <= 0} onClick={() => step(-1)}>
        <ChevronDown aria-hidden className="size-3.5" />
        <span className="sr-only">Strike below {leg.strike}</span>
      </button>
      <button
        type="button"
        className="icon-button small"
        disabled={at < 0 || at >= ladder.length - 1}
        onClick={() => step(1)}
      >
        <ChevronUp aria-hidden className="size-3.5" />
        <span className="sr-only">Strike above {leg.strike}</span>
      </button>
    </span>
  );
}

const compact = (value: number | null | undefined): string =>
  value === null || value === undefined ? MISSING : formatCompact(Math.round(value * 100) / 100);
const tone = (value: number | null | undefined): string =>
  value === null || value === undefined || value === 0 ? 'flat' : value > 0 ? 'gain' : 'loss';
