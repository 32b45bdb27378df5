import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useAppDispatch } from '../app/store.ts';
import { formatCount } from '../format/numbers.ts';
import { legChanged, type BuilderLeg } from './builder-slice.ts';
import { PLOT } from './payoff-chart.tsx';
import { nearestStrike, railPlace } from './rail-place.ts';
import { describeLeg } from './templates.ts';

interface StrikeRailProps {
  legs: readonly BuilderLeg[];
  /** Strikes that a leg may have, ascending. */
  ladder: readonly number[];
  /** Ends of the chart's axis, rupees. */
  from: number;
  to: number;
}

/** The strikes of the legs under the chart: each is dragged, or moved by its arrows, to another strike. */
export function StrikeRail({ legs, ladder, from, to }: StrikeRailProps): React.JSX.Element {
  const rail = useRef<HTMLDivElement>(null);
  const dispatch = useAppDispatch();
  const move = (leg: BuilderLeg, strike: number | undefined): void => {
    if (strike !== undefined && strike !== leg.strike) {
      dispatch(legChanged({ id: leg.id, change: { strike, price: null } }));
    }
  };
  const drag = (leg: BuilderLeg, event: PointerEvent<HTMLElement>): void => {
    const box = rail.current?.getBoundingClientRect();
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    move(leg, nearestStrike(ladder, from + ((to - from) * (event.clientX - box.left)) / box.width));
  };
  const step = (leg: BuilderLeg, event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(leg, ladder[ladder.indexOf(leg.strike ?? 0) + by]);
  };
  return (
    <div
      ref={rail}
      role="group"
      aria-label="Strikes of the legs"
      className="strike-rail"
      style={{ marginLeft: PLOT.left, marginRight: PLOT.right }}
    >
      {legs.map((leg) =>
        leg.strike === null || !leg.isIncluded ? null : (
          <button
            key={leg.id}
            type="button"
            role="slider"
            className={`strike-handle ${leg.side === 'BUY' ? 'buy' : 'sell'}`}
            data-kind={leg.kind}
            style={{ left: `${railPlace(leg.strike, from, to) * 100}%` }}
            aria-label={`Strike of ${describeLeg(leg)}`}
            aria-valuemin={ladder[0] ?? leg.strike}
            aria-valuemax={ladder.at(-1) ?? leg.strike}
            aria-valuenow={leg.strike}
            title={`${describeLeg(leg)}: drag it to another strike`}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={(event) => drag(leg, event)}
            onKeyDown={(event) => step(leg, event)}
          >
            {leg.side === 'BUY' ? 'B' : 'S'} {formatCount(leg.strike)} {leg.kind === 'CALL' ? 'C' : 'P'}
          </button>
        ),
      )}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
