import { formatChange, formatCompact, formatCount, formatPercent, formatPrice, MISSING } from '../format/numbers.ts';
import type { Tone } from '../grid/grid-column.ts';
import type { ChainData, ChainHead } from './chain-data.ts';
import { ChainText } from './chain-text.tsx';
import { forwardWord, formatDecimals, formatTimeLeft, spotWord } from './chain-words.ts';

const two = formatDecimals(2);
const percent = (value: number | null | undefined, decimals: number): string =>
  value === null || value === undefined ? MISSING : `${formatDecimals(decimals)(value)}%`;

const spotChange = ({ spot, spot_prev_close: close }: ChainHead): number | null =>
  spot === null || close === null ? null : spot - close;

const readSpot = (head: ChainHead): string => formatPrice(head.spot);
const readSpotChange = (head: ChainHead): string => {
  const change = spotChange(head);
  if (change === null || head.spot_prev_close === null) return '';
  return `${formatChange(change)} (${formatPercent((100 * change) / head.spot_prev_close)})`;
};
const spotTone = (head: ChainHead): Tone => {
  const change = spotChange(head) ?? 0;
  return change === 0 ? 'flat' : change > 0 ? 'gain' : 'loss';
};
const readSpotState = (head: ChainHead): string => spotWord(head.spot_state);
const readForwardSource = (head: ChainHead): string => forwardWord(head.forward?.source);

const readPlace = ({ epoch, seq }: ChainHead): string => `${epoch} ${seq}`;

interface Fact {
  label: string;
  note: string;
  read: (head: ChainHead) => string;
  /** Shown beside the figure. */
  aside?: (head: ChainHead) => string;
  /** Gives way on a phone. */
  isWide?: boolean;
}

const FACTS: readonly Fact[] = [
  { label: 'Future', note: 'Future of the same expiry, ₹', read: (head) => formatPrice(head.future), isWide: true },
  {
    label: 'Forward',
    note: 'The price that Greeks are computed on, ₹, and what it was made of',
    read: (head) => formatPrice(head.forward?.price),
    aside: readForwardSource,
  },
  { label: 'ATM IV', note: 'Volatility at the forward, per cent a year', read: (head) => two(head.analytics?.atm_iv) },
  {
    label: 'IV rank',
    note: 'Place of the ATM volatility in the range of its last year; percentile: share of lower days',
    read: (head) => percent(head.analytics?.iv_rank, 0),
    aside: (head) => {
      const percentile = head.analytics?.iv_percentile ?? null;
      return percentile === null ? (head.analytics?.iv_history_note ?? '') : `pctl ${percent(percentile, 0)}`;
    },
    isWide: true,
  },
  {
    label: 'PCR',
    note: 'Puts over calls by open interest; by volume',
    read: (head) => two(head.analytics?.pcr_oi),
    aside: (head) => `vol ${two(head.analytics?.pcr_volume)}`,
  },
  {
    label: 'Max pain',
    note: 'The strike at which writers would pay out least, ₹',
    read: (head) => formatCount(head.analytics?.max_pain),
  },
  {
    label: 'Straddle',
    note: 'Premium of call and put at the money, ₹',
    read: (head) => formatPrice(head.analytics?.straddle_premium),
  },
  {
    label: 'Exp. move',
    note: 'Mean absolute move to the expiry that the ATM volatility implies, ₹',
    read: (head) => {
      const move = head.analytics?.expected_move ?? null;
      return move === null ? MISSING : `±${formatPrice(move)}`;
    },
  },
  {
    label: 'GEX',
    note: 'Gamma exposure: ₹ of delta per per cent of the underlying, calls less puts by open interest',
    read: (head) => formatCompact(head.analytics?.gamma_exposure),
    isWide: true,
  },
  { label: 'Lot', note: 'Units of one lot', read: (head) => formatCount(head.lot_size) },
  {
    label: 'Left',
    note: 'To the end of trading by the rulebook',
    read: (head) => formatTimeLeft(head.seconds_to_expiry),
    aside: (head) => (head.settlement?.in_window === true ? 'settlement window' : ''),
  },
];

/** The underlying and the figures of the chain as a whole. */
export function ChainSummary({ chain }: { chain: ChainData }): React.JSX.Element {
  return (
    <dl className="chain-summary" data-testid="chain-summary">
      <div>
        <dt title="Printed price of the underlying, ₹">Spot</dt>
        <dd>
          <ChainText chain={chain} read={readSpot} tone={spotTone} className="toned font-semibold" />{' '}
          <ChainText chain={chain} read={readSpotChange} tone={spotTone} className="toned text-xs" />{' '}
          <ChainText chain={chain} read={readSpotState} className="text-warn text-xs" />
          {/* Which update the whole page is drawn from, for whoever compares it with another door. */}
          <ChainText chain={chain} read={readPlace} className="chain-place hidden" />
        </dd>
      </div>
      {FACTS.map(({ label, note, read, aside, isWide }) => (
        <div key={label} className={isWide === true ? 'hidden md:block' : ''}>
          <dt title={note}>{label}</dt>
          <dd>
            <ChainText chain={chain} read={read} className="font-semibold" />
            {aside === undefined ? null : (
              <>
                {' '}
                <ChainText chain={chain} read={aside} className="text-dim text-xs" />
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
