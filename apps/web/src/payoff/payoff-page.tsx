import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { OptionUnderlyingView, PayoffLegView } from '@vega/client';
import { useOptionUnderlyingsQuery, usePayoffQuery, type PayoffQuestion } from '../api/options-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { useShortcuts } from '../app/shortcuts.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { ChainText } from '../chain/chain-text.tsx';
import type { ChainHead } from '../chain/chain-data.ts';
import { ExpiryTabs } from '../chain/expiry-tabs.tsx';
import { UnderlyingPicker } from '../chain/underlying-picker.tsx';
import { useAtmStrike, useChain, useStrikes } from '../chain/use-chain.ts';
import { formatPrice } from '../format/numbers.ts';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { useRested } from '../ui/use-rested.ts';
import {
  AS_IT_IS,
  buysFirst,
  legAdded,
  legsReplaced,
  strikesShifted,
  whatIfChanged,
  type NewLeg,
} from './builder-slice.ts';
import { LegTable } from './leg-table.tsx';
import { PayoffChart } from './payoff-chart.tsx';
import { PayoffFigures } from './payoff-figures.tsx';
import { PAYOFF_KEYS } from './payoff-keys.ts';
import { toPayoffRequest } from './payoff-request.ts';
import { PositionMenu } from './position-menu.tsx';
import { readShareQuery } from './share-link.ts';
import { StrikeRail } from './strike-rail.tsx';
import { legsOf } from './templates.ts';
import { WhatIfSliders } from './what-if.tsx';

const FIRST_UNDERLYING = 'NSE_INDEX|Nifty 50';
/** A slider that is being pulled asks once it rests. */
const REST_MS = 120;
/** Values follow the market. */
const POLL_MS = 2_000;

const readSpot = (head: ChainHead): string => formatPrice(head.spot);

/** The payoff builder: legs in, curves and figures out. */
export function PayoffPage(): React.JSX.Element {
  const { data, error, refetch } = useOptionUnderlyingsQuery(undefined);
  const key = useAppSelector((state) => state.builder.underlying) ?? FIRST_UNDERLYING;
  const dispatch = useAppDispatch();
  useSharedPosition();
  if (data === undefined) {
    if (error === undefined) return <LoadingRows rows={10} label="Loading the payoff builder" />;
    return <FailureNotice failure={error as ApiFailure} onRetry={() => void refetch()} />;
  }
  const underlying = data.underlyings.find((one) => one.instrument_key === key) ?? data.underlyings[0];
  if (underlying === undefined || underlying.expiries.length === 0) {
    return <EmptyNotice title="No options are listed">The instrument master holds none yet.</EmptyNotice>;
  }
  return (
    <Builder
      key={underlying.instrument_key}
      underlying={underlying}
      picker={
        <UnderlyingPicker
          underlyings={data.underlyings}
          chosen={underlying.instrument_key}
          onChoose={(chosen) => dispatch(legsReplaced({ underlying: chosen, legs: [] }))}
        />
      }
    />
  );
}

/** Opens the position of the link by which the page was reached, once. */
function useSharedPosition(): void {
  const { search } = useLocation();
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  useEffect(() => {
    if (search === '') return;
    const shared = readShareQuery(search);
    if (shared !== undefined) dispatch(legsReplaced(shared));
    void navigate('/payoff', { replace: true });
  }, [search, navigate, dispatch]);
}

interface BuilderProps {
  underlying: OptionUnderlyingView;
  picker: React.JSX.Element;
}

function Builder({ underlying, picker }: BuilderProps): React.JSX.Element {
  const dates = underlying.expiries.map(({ date }) => date);
  const { legs, whatIf } = useAppSelector((state) => state.builder);
  const [date, setDate] = useState(legs[0]?.expiry ?? dates[0] ?? '');
  const expiry = dates.includes(date) ? date : (dates[0] ?? '');
  const { chain } = useChain(underlying.instrument_key, expiry);
  const ladder = useStrikes(chain).map(Number);
  const atm = useAtmStrike(chain) ?? null;
  const request = useRested(
    toPayoffRequest(underlying.instrument_key, legs, whatIf, chain.head.get()?.spot ?? null),
    REST_MS,
  );
  useBuilderKeys(ladder);
  const dispatch = useAppDispatch();
  const replace = (next: readonly NewLeg[] | undefined): void => {
    if (next !== undefined) dispatch(legsReplaced({ underlying: underlying.instrument_key, legs: next }));
  };
  const daysLeft = Math.floor(Math.min(...legs.map((leg) => daysTo(underlying, leg.expiry)), 365));
  return (
    <div className="flex h-full min-h-0 flex-col overflow-y-auto">
      <h1 className="sr-only">Payoff builder</h1>
      <div className="flex min-w-0 items-center gap-3 border-b border-line px-2 py-1.5">
        {picker}
        <span title="Printed price of the underlying, ₹">
          Spot <ChainText chain={chain} read={readSpot} className="font-semibold" />
        </span>
        <ExpiryTabs expiries={underlying.expiries} chosen={expiry} onChoose={setDate} />
      </div>
      <PositionMenu
        onTemplate={(template) =>
          replace(atm === null ? undefined : legsOf(template, ladder, atm, dates.slice(dates.indexOf(expiry))))
        }
        onFuture={() =>
          dispatch(
            legAdded({
              underlying: underlying.instrument_key,
              leg: { kind: 'FUTURE', side: 'BUY', lots: 1, expiry, strike: null },
            }),
          )
        }
      />
      {legs.length === 0 ? (
        <EmptyNotice title="No legs yet">
          Choose a template, or go to the option chain and press <kbd className="key">Shift B</kbd> or{' '}
          <kbd className="key">Shift S</kbd> on a contract.
        </EmptyNotice>
      ) : (
        <Result
          request={request}
          sliders={<WhatIfSliders mostDays={daysLeft} />}
          days={whatIf.days}
          rail={(from, to) => <StrikeRail legs={legs} ladder={ladder} from={from} to={to} />}
          table={(valued) => <LegTable legs={legs} valued={valued} expiries={dates} ladder={ladder} />}
        />
      )}
    </div>
  );
}

interface ResultProps {
  request: PayoffQuestion | undefined;
  days: number;
  sliders: React.JSX.Element;
  /** Under the chart, whose axis has these ends. */
  rail: (from: number, to: number) => React.JSX.Element;
  table: (valued: readonly PayoffLegView[]) => React.JSX.Element;
}

function Result({ request, days, sliders, rail, table }: ResultProps): React.JSX.Element {
  const { data, currentData, error, refetch } = usePayoffQuery(request ?? NOTHING, {
    skip: request === undefined,
    pollingInterval: POLL_MS,
    skipPollingIfUnfocused: true,
  });
  // While the next answer is on its way the one before stays, so that a slider does not make the page blink.
  const payoff = currentData ?? data;
  const failure = currentData === undefined ? (error as ApiFailure | undefined) : undefined;
  return (
    <>
      {table(request === undefined ? [] : (payoff?.legs ?? []))}
      {sliders}
      {failure === undefined ? null : <FailureNotice failure={failure} onRetry={() => void refetch()} />}
      {request === undefined ? (
        <EmptyNotice title="No leg counts">Switch one on to see the position.</EmptyNotice>
      ) : payoff === undefined ? (
        failure === undefined ? (
          <LoadingRows rows={6} label="Computing the payoff" />
        ) : null
      ) : (
        <div className="payoff-result">
          <div className="payoff-drawing">
            <PayoffChart payoff={payoff} days={days} />
            {rail(payoff.spots[0] ?? 0, payoff.spots.at(-1) ?? 0)}
          </div>
          <PayoffFigures payoff={payoff} />
        </div>
      )}
    </>
  );
}

const NOTHING: PayoffQuestion = { instrument_key: FIRST_UNDERLYING, legs: [] };

function useBuilderKeys(ladder: readonly number[]): void {
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  useShortcuts(PAYOFF_KEYS, {
    up: () => dispatch(strikesShifted({ ladder, steps: 1 })),
    down: () => dispatch(strikesShifted({ ladder, steps: -1 })),
    buysFirst: () => dispatch(buysFirst()),
    asItIs: () => dispatch(whatIfChanged(AS_IT_IS)),
    chain: () => void navigate('/chain'),
  });
}

function daysTo(underlying: OptionUnderlyingView, date: string): number {
  const expiry = underlying.expiries.find((one) => one.date === date);
  return Math.max(0, (expiry?.seconds_to_expiry ?? 0) / 86_400);
}
