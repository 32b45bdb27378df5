import type { PayoffView } from '@vega/client';
import { formatCompact, formatPrice, MISSING } from '../format/numbers.ts';

const UNBOUNDED = 'unbounded';

const rupees = (value: number | null): string => (value === null ? MISSING : `₹ ${formatCompact(round(value))}`);
const exact = (value: number | null): string => (value === null ? MISSING : `₹ ${formatPrice(value)}`);
const round = (value: number): number => Math.round(value * 100) / 100;
const toneOf = (value: number | null): 'gain' | 'loss' | 'flat' =>
  value === null || value === 0 ? 'flat' : value > 0 ? 'gain' : 'loss';

/** Profit, loss, breakevens, probability, premium, margin and Greeks of the position. */
export function PayoffFigures({ payoff }: { payoff: PayoffView }): React.JSX.Element {
  const { max_profit: most, max_loss: least, probability_of_profit: chance, margin } = payoff;
  const { entry_charges: entry, exit_charges: exit } = payoff;
  const ratio = most === null || least === null || least === 0 ? null : Math.abs(most / least);
  return (
    <div className="payoff-figures" data-testid="payoff-figures">
      <dl>
        <Fact name="Max profit" value={most === null ? UNBOUNDED : rupees(most)} tone="gain" />
        <Fact name="Max loss" value={least === null ? UNBOUNDED : rupees(least)} tone="loss" />
        <Fact name="Reward / risk" value={ratio === null ? MISSING : ratio.toFixed(2)} />
        <Fact
          name="Breakeven"
          value={payoff.breakevens.length === 0 ? MISSING : payoff.breakevens.map(formatPrice).join(', ')}
        />
        <Fact
          name="Probability of profit"
          note="At the first expiry, from its smile"
          value={chance === null ? MISSING : `${(chance * 100).toFixed(1)}%`}
        />
        <Fact
          name={(payoff.net_premium ?? 0) >= 0 ? 'Premium received' : 'Premium paid'}
          value={rupees(payoff.net_premium === null ? null : Math.abs(payoff.net_premium))}
        />
        <Fact name="Profit now" value={rupees(payoff.profit_now)} tone={toneOf(payoff.profit_now)} />
        <Fact
          name="One sigma"
          note="Of the underlying to the first expiry"
          value={payoff.sigma === null ? MISSING : `±${formatPrice(payoff.sigma)}`}
        />
      </dl>
      <dl aria-label="Greeks in rupees">
        <Fact name="Delta" note="₹ per ₹ of the underlying" value={rupees(payoff.greeks.delta)} />
        <Fact name="Gamma" note="Change of delta per ₹" value={(payoff.greeks.gamma ?? 0).toFixed(4)} />
        <Fact
          name="Theta"
          note="₹ a calendar day"
          value={rupees(payoff.greeks.theta)}
          tone={toneOf(payoff.greeks.theta)}
        />
        <Fact name="Vega" note="₹ a volatility point" value={rupees(payoff.greeks.vega)} />
      </dl>
      {entry === null || exit === null ? null : <Costs entry={entry} exit={exit} profitNow={payoff.profit_now} />}
      {margin === null ? null : <Margin margin={margin} />}
    </div>
  );
}

type Charges = NonNullable<PayoffView['entry_charges']>;

/** Every head of charges, for the tooltip of their sum. */
function headsOf(charges: Charges): string {
  const heads = [
    ['brokerage', charges.brokerage],
    ['STT', charges.stt],
    ['exchange', charges.transaction],
    ['SEBI', charges.sebi],
    ['GST', charges.gst],
    ['stamp', charges.stamp],
  ] as const;
  const words = heads.map(([name, value]) => `${name} ${formatPrice(value)}`).join(', ');
  return `${charges.orders === 1 ? '1 order' : `${charges.orders} orders`}: ${words}`;
}

function Costs({
  entry,
  exit,
  profitNow,
}: {
  entry: Charges;
  exit: Charges;
  profitNow: number | null;
}): React.JSX.Element {
  const costs = (entry.total ?? 0) + (exit.total ?? 0);
  const net = profitNow === null ? null : profitNow - costs;
  return (
    <dl aria-label="Charges">
      <Fact name="Charges to enter" note={headsOf(entry)} value={exact(entry.total)} />
      <Fact name="Charges to leave now" note={headsOf(exit)} value={exact(exit.total)} />
      <Fact
        name="Profit now, net"
        note="After the charges of entering and of leaving now"
        value={rupees(net)}
        tone={toneOf(net)}
      />
    </dl>
  );
}

function Margin({ margin }: { margin: NonNullable<PayoffView['margin']> }): React.JSX.Element {
  const accuracy = margin.accuracy === null ? '' : ` ±${Math.round(margin.accuracy * 100)}%`;
  return (
    <dl aria-label="Margin">
      <Fact
        name={`Required margin, about${accuracy}`}
        note="The most that is blocked while the legs are entered in this order: bought legs first ask for less"
        value={rupees(margin.required)}
      />
      <Fact
        name={`Final margin, about${accuracy}`}
        note="What stays blocked. A pre-check from the 16 SPAN scenarios; the broker's own figure is the truth"
        value={rupees(margin.total)}
      />
      <Fact name="Scan risk" value={rupees(margin.scan_risk)} />
      <Fact name="Exposure" value={rupees(margin.exposure)} />
      {(margin.calendar_charge ?? 0) === 0 ? null : (
        <Fact name="Calendar spread" value={rupees(margin.calendar_charge)} />
      )}
      {(margin.expiry_day_charge ?? 0) === 0 ? null : (
        <Fact
          name="Expiry day"
          note="Extra on short options on their last day"
          value={rupees(margin.expiry_day_charge)}
        />
      )}
    </dl>
  );
}

interface FactProps {
  name: string;
  value: string;
  note?: string;
  tone?: 'gain' | 'loss' | 'flat';
}

function Fact({ name, value, note, tone }: FactProps): React.JSX.Element {
  return (
    <div title={note}>
      <dt>{name}</dt>
      <dd className="toned" data-tone={tone ?? 'flat'} data-fact={name}>
        {value}
      </dd>
    </div>
  );
}
