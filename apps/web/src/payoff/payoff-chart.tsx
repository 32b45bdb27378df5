import type { PayoffView } from '@vega/client';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Legend,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatCompact, formatPrice } from '../format/numbers.ts';
import { toPoints, zeroShare } from './payoff-points.ts';

const AXIS_WIDTH = 72;
/** Where the plot lies within the chart, px from its sides: the rail of strikes lies under it. */
export const PLOT = { left: 80, right: 16 } as const;

const rupees = (value: unknown): string => `₹ ${formatCompact(Math.round(Number(value)))}`;

/** Profit over prices of the underlying, with one and two standard deviations, breakevens and the present price. */
export function PayoffChart({ payoff, days }: { payoff: PayoffView; days: number }): React.JSX.Element {
  const points = toPoints(payoff);
  const zero = `${zeroShare(points) * 100}%`;
  const { spot, sigma, breakevens } = payoff;
  const first = payoff.spots[0] ?? 0;
  const last = payoff.spots.at(-1) ?? 0;
  const inside = (price: number): number => Math.min(last, Math.max(first, price));
  return (
    <div role="img" aria-label="Profit by price of the underlying" className="payoff-chart" data-testid="payoff-chart">
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={points} margin={{ top: 16, right: PLOT.right, bottom: 0, left: PLOT.left - AXIS_WIDTH }}>
          <defs>
            <linearGradient id="payoff-fill" x1="0" y1="0" x2="0" y2="1">
              <stop offset={zero} stopColor="var(--gain)" stopOpacity={0.28} />
              <stop offset={zero} stopColor="var(--loss)" stopOpacity={0.28} />
            </linearGradient>
            <linearGradient id="payoff-line" x1="0" y1="0" x2="0" y2="1">
              <stop offset={zero} stopColor="var(--gain)" />
              <stop offset={zero} stopColor="var(--loss)" />
            </linearGradient>
          </defs>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          {spot === null || sigma === null
            ? null
            : [2, 1].map((width) => (
                <ReferenceArea
                  key={width}
                  x1={inside(spot - width * sigma)}
                  x2={inside(spot + width * sigma)}
                  fill="var(--accent)"
                  fillOpacity={0.06}
                  ifOverflow="hidden"
                />
              ))}
          <XAxis
            dataKey="spot"
            type="number"
            domain={[first, last]}
            stroke="var(--dim)"
            tick={{ fill: 'var(--dim)', fontSize: 11 }}
            tickFormatter={(value: number) => formatCompact(Math.round(value))}
            tickCount={9}
          />
          <YAxis
            stroke="var(--dim)"
            tick={{ fill: 'var(--dim)', fontSize: 11 }}
            tickFormatter={(value: number) => formatCompact(Math.round(value))}
            width={AXIS_WIDTH}
          />
          <Tooltip
            isAnimationActive={false}
            contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)', fontSize: 12 }}
            labelStyle={{ color: 'var(--ink)' }}
            labelFormatter={(label) => `At ${formatPrice(Number(label))}`}
            formatter={rupees}
          />
          <Legend />
          <ReferenceLine y={0} stroke="var(--dim)" />
          <Area
            name="At expiry"
            dataKey="expiry"
            stroke="url(#payoff-line)"
            strokeWidth={2}
            fill="url(#payoff-fill)"
            dot={false}
            isAnimationActive={false}
          />
          <Line
            name="After charges"
            dataKey="net"
            stroke="var(--dim)"
            strokeDasharray="2 3"
            dot={false}
            isAnimationActive={false}
          />
          <Line name="Now" dataKey="now" stroke="var(--accent)" dot={false} isAnimationActive={false} />
          {days === 0 ? null : (
            <Line
              name={`In ${days} d`}
              dataKey="later"
              stroke="var(--warn)"
              strokeDasharray="5 3"
              dot={false}
              isAnimationActive={false}
            />
          )}
          {spot === null ? null : (
            <ReferenceLine x={spot} stroke="var(--accent)" strokeDasharray="3 3" label={label(formatPrice(spot))} />
          )}
          {breakevens.map((price) => (
            <ReferenceLine key={price} x={price} stroke="var(--dim)" strokeDasharray="2 4" />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

function label(value: string): { value: string; fill: string; fontSize: number; position: 'top' } {
  return { value, fill: 'var(--ink)', fontSize: 11, position: 'top' };
}
