import type { SmilePointView, StraddlePointView, StrikeFiguresView } from '@vega/client';
import {
  Bar,
  BarChart,
  CartesianGrid,
  ComposedChart,
  Legend,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatIstTime } from '../format/ist.ts';
import { formatCompact, formatCount, formatPrice } from '../format/numbers.ts';
import { formatDecimals } from './chain-words.ts';

// Colours are the theme's roles; a chart that is drawn in SVG follows the theme by itself.
const CALL = 'var(--loss)';
const PUT = 'var(--gain)';
const INK = 'var(--dim)';

const axis = { stroke: INK, tick: { fill: INK, fontSize: 11 }, tickLine: false } as const;
const tooltip = {
  contentStyle: { background: 'var(--panel)', border: '1px solid var(--line)', color: 'var(--ink)', fontSize: 12 },
  labelStyle: { color: 'var(--ink)' },
  cursor: { fill: 'var(--raised)', opacity: 0.5 },
} as const;
const strikeLabel = (label: unknown): string => `Strike ${formatCount(Number(label))}`;
const compact = (value: unknown): string => formatCompact(Number(value));
const iv = formatDecimals(2);

interface StrikesProps {
  strikes: readonly StrikeFiguresView[];
  atm: number | null;
}

function Frame({ label, children }: { label: string; children: React.ReactElement }): React.JSX.Element {
  return (
    <div role="img" aria-label={label} className="analytics-chart">
      <ResponsiveContainer width="100%" height="100%">
        {children}
      </ResponsiveContainer>
    </div>
  );
}

/** Open interest of calls and puts by strike. */
export function InterestChart({ strikes, atm, maxPain }: StrikesProps & { maxPain: number | null }): React.JSX.Element {
  return (
    <Frame label="Open interest of calls and puts by strike">
      <BarChart data={[...strikes]}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis dataKey="strike" {...axis} tickFormatter={compact} minTickGap={24} />
        <YAxis {...axis} tickFormatter={compact} width={64} />
        <Tooltip {...tooltip} labelFormatter={strikeLabel} formatter={compact} />
        <Legend />
        <Bar name="Calls" dataKey="call_oi" fill={CALL} isAnimationActive={false} />
        <Bar name="Puts" dataKey="put_oi" fill={PUT} isAnimationActive={false} />
        {atm === null ? null : <ReferenceLine x={atm} stroke="var(--accent)" label={mark('ATM')} />}
        {maxPain === null || maxPain === atm ? null : (
          <ReferenceLine x={maxPain} stroke="var(--warn)" label={mark('max pain')} />
        )}
      </BarChart>
    </Frame>
  );
}

/** Change of open interest against the previous day by strike. */
export function ChangeChart({ strikes, atm }: StrikesProps): React.JSX.Element {
  return (
    <Frame label="Change of open interest of calls and puts by strike">
      <BarChart data={[...strikes]}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis dataKey="strike" {...axis} tickFormatter={compact} minTickGap={24} />
        <YAxis {...axis} tickFormatter={compact} width={64} />
        <Tooltip {...tooltip} labelFormatter={strikeLabel} formatter={compact} />
        <Legend />
        <Bar name="Calls" dataKey="call_oi_change" fill={CALL} isAnimationActive={false} />
        <Bar name="Puts" dataKey="put_oi_change" fill={PUT} isAnimationActive={false} />
        {atm === null ? null : <ReferenceLine x={atm} stroke="var(--accent)" label={mark('ATM')} />}
        <ReferenceLine y={0} stroke={INK} />
      </BarChart>
    </Frame>
  );
}

/** Gamma exposure by strike. */
export function GammaChart({ strikes, atm }: StrikesProps): React.JSX.Element {
  return (
    <Frame label="Gamma exposure by strike">
      <BarChart data={[...strikes]}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis dataKey="strike" {...axis} tickFormatter={compact} minTickGap={24} />
        <YAxis {...axis} tickFormatter={compact} width={72} />
        <Tooltip {...tooltip} labelFormatter={strikeLabel} formatter={compact} />
        <Bar name="₹ of delta per %" dataKey="gamma_exposure" fill="var(--accent)" isAnimationActive={false} />
        {atm === null ? null : <ReferenceLine x={atm} stroke="var(--warn)" label={mark('ATM')} />}
        <ReferenceLine y={0} stroke={INK} />
      </BarChart>
    </Frame>
  );
}

/** The premium of the ATM straddle and its volatility over the day. */
export function StraddleChart({ points }: { points: readonly StraddlePointView[] }): React.JSX.Element {
  if (points.length === 0) return <p className="p-3 text-dim">The first minute of the day is not over yet.</p>;
  return (
    <Frame label="Premium of the straddle at the money over the day">
      <LineChart data={[...points]}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          dataKey="time_ms"
          {...axis}
          tickFormatter={(ms: number) => formatIstTime(ms).slice(0, 5)}
          minTickGap={40}
        />
        <YAxis yAxisId="premium" {...axis} domain={['auto', 'auto']} width={64} />
        <YAxis yAxisId="iv" orientation="right" {...axis} domain={['auto', 'auto']} width={48} />
        <Tooltip
          {...tooltip}
          labelFormatter={(label) => formatIstTime(Number(label)).slice(0, 5)}
          formatter={(value, name) => (name === 'IV %' ? iv(Number(value)) : formatPrice(Number(value)))}
        />
        <Legend />
        <Line
          yAxisId="premium"
          name="Premium ₹"
          dataKey="premium"
          stroke="var(--accent)"
          dot={points.length === 1}
          isAnimationActive={false}
        />
        <Line yAxisId="iv" name="IV %" dataKey="atm_iv" stroke="var(--warn)" dot={false} isAnimationActive={false} />
      </LineChart>
    </Frame>
  );
}

/** Quoted volatilities and the curve through them. */
export function SmileChart({ points }: { points: readonly SmilePointView[] }): React.JSX.Element {
  return (
    <Frame label="Implied volatility by strike, quoted and fitted">
      <ComposedChart data={[...points]}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis dataKey="strike" type="number" domain={['dataMin', 'dataMax']} {...axis} tickFormatter={compact} />
        <YAxis
          {...axis}
          domain={['auto', 'auto']}
          width={48}
          tickFormatter={(value: number) => formatDecimals(1)(value)}
        />
        <Tooltip {...tooltip} labelFormatter={strikeLabel} formatter={(value) => iv(Number(value))} />
        <Legend />
        <Line name="Fitted %" dataKey="fitted_iv" stroke="var(--accent)" dot={false} isAnimationActive={false} />
        <Scatter name="Quoted %" dataKey="quoted_iv" fill="var(--warn)" isAnimationActive={false} />
      </ComposedChart>
    </Frame>
  );
}

function mark(value: string): { value: string; fill: string; fontSize: number; position: 'top' } {
  return { value, fill: 'var(--ink)', fontSize: 11, position: 'top' };
}
