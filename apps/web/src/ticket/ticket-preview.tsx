import type { BookGreeksView, OrderPreviewView } from '@vega/client';
import { useOrderPreviewQuery } from '../api/orders-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { formatCompact, formatCount, formatPrice, MISSING } from '../format/numbers.ts';
import { CheckList } from '../orders/check-list.tsx';
import { useRested } from '../ui/use-rested.ts';
import type { OrderTerms } from './ticket-form.ts';

/** A form that is being typed into asks once it rests. */
const REST_MS = 250;
/** What is about to be sent is checked again and again. */
const REVIEW_POLL_MS = 3_000;

const ANY: OrderTerms = {
  account_id: 'none',
  instrument_key: 'none',
  side: 'BUY',
  quantity: 1,
  product: 'INTRADAY',
  order_type: 'MARKET',
};

/** What would become of the order now: checks with their numbers, slices, margin, charges, effect on the book. Sends nothing. */
export function TicketPreview({
  terms,
  isReviewed,
}: {
  terms: OrderTerms | undefined;
  isReviewed: boolean;
}): React.JSX.Element {
  const rested = useRested(terms, REST_MS);
  const { data, currentData, error } = useOrderPreviewQuery(rested ?? ANY, {
    skip: rested === undefined,
    pollingInterval: isReviewed ? REVIEW_POLL_MS : 0,
  });
  if (rested === undefined) return <p className="px-3 py-2 text-dim">What it would do is shown once it is an order.</p>;
  const preview = currentData ?? data;
  if (preview === undefined) {
    const failure = error as ApiFailure | undefined;
    return (
      <p className="px-3 py-2 text-warn" role="status">
        {failure === undefined ? 'Asking what it would do…' : `Not known: ${failure.detail} (${failure.code})`}
      </p>
    );
  }
  return (
    <section aria-label="What it would do" className="px-3 py-2" data-testid="preview">
      <p role="status" className="pb-1">
        {preview.would_accept ? (
          <span className="font-semibold text-gain">Would be accepted</span>
        ) : (
          <span className="font-semibold text-loss">
            Would be denied: {preview.denial?.message ?? ''} <code>{preview.denial?.code}</code>
          </span>
        )}
        {preview.reducing ? ' · reduces the position' : ''}
        {currentData === undefined ? <span className="text-dim"> · being asked anew</span> : null}
      </p>
      <Figures preview={preview} />
      <Effect before={preview.book_before} after={preview.book_after} />
      <details open={!preview.would_accept}>
        <summary>Checks with their numbers</summary>
        <CheckList checks={preview.checks} />
      </details>
    </section>
  );
}

const rupees = (value: number | null | undefined): string =>
  value === null || value === undefined ? MISSING : `₹ ${formatPrice(value)}`;

function Figures({ preview }: { preview: OrderPreviewView }): React.JSX.Element {
  const { charges } = preview;
  const split = [
    ['brokerage', charges?.brokerage],
    ['taxes', charges?.taxes],
    ['other', charges?.other],
  ] as const;
  const facts: readonly (readonly [string, string, string])[] = [
    ['Leaves at', formatPrice(preview.price), 'The limit that goes to the broker'],
    [
      'Sent as',
      preview.slices.length > 6
        ? formatCount(preview.slices.length)
        : preview.slices.map((units) => formatCount(units)).join(' + ') || MISSING,
      'Units of each order at the broker',
    ],
    ['Margin (broker)', rupees(preview.broker_margin), 'What the broker says it blocks; it knows the hedge'],
    ['Margin (own)', rupees(preview.estimated_margin), 'Our own estimate'],
    ['Funds', rupees(preview.available_margin), 'At hand'],
    ['Charges', rupees(charges?.total), split.map(([name, value]) => `${name} ${formatPrice(value)}`).join(', ')],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value, note]) => (
        <div key={name} title={note}>
          <dt>{name}</dt>
          <dd data-fact={name}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const GREEKS: readonly (readonly [string, string, (greeks: BookGreeksView) => number | null])[] = [
  ['Delta', '₹ a point', ({ delta }) => delta],
  ['Gamma', '₹ of delta a point', ({ gamma }) => gamma],
  ['Vega', '₹ a volatility point', ({ vega }) => vega],
  ['Theta', '₹ a day', ({ theta }) => theta],
  ['Worst case', 'Over the scenarios, ₹', ({ worst_scenario: worst }) => worst],
];

interface EffectProps {
  before: BookGreeksView | null;
  after: BookGreeksView | null;
}

/** The book before the order and with it. */
function Effect({ before, after }: EffectProps): React.JSX.Element {
  if (before === null || after === null) {
    return <p className="py-1 text-dim">Effect on the book: not known, a contract of it cannot be valued.</p>;
  }
  const say = (value: number | null): string =>
    value === null ? MISSING : formatCompact(Math.round(value * 100) / 100).replace('-', '−');
  return (
    <table className="figures compact" data-testid="effect">
      <thead>
        <tr>
          <th scope="col">Book</th>
          <th scope="col">Now</th>
          <th scope="col">With it</th>
        </tr>
      </thead>
      <tbody>
        {GREEKS.map(([name, note, read]) => (
          <tr key={name}>
            <th scope="row" title={note}>
              {name}
            </th>
            <td>{say(read(before))}</td>
            <td>{say(read(after))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
