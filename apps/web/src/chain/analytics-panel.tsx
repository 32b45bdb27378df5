import { lazy, Suspense, useState } from 'react';
import { useOptionAnalyticsQuery, useSmileQuery } from '../api/options-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { formatDecimals } from './chain-words.ts';

const POLL_MS = 5_000;

/** The drawing library is fetched with the first panel that is opened. */
const InterestChart = lazy(async () => ({ default: (await import('./analytics-charts.tsx')).InterestChart }));
const ChangeChart = lazy(async () => ({ default: (await import('./analytics-charts.tsx')).ChangeChart }));
const GammaChart = lazy(async () => ({ default: (await import('./analytics-charts.tsx')).GammaChart }));
const StraddleChart = lazy(async () => ({ default: (await import('./analytics-charts.tsx')).StraddleChart }));
const SmileChart = lazy(async () => ({ default: (await import('./analytics-charts.tsx')).SmileChart }));

const VIEWS = [
  { id: 'interest', title: 'Open interest' },
  { id: 'change', title: 'OI change' },
  { id: 'smile', title: 'Smile' },
  { id: 'straddle', title: 'Straddle' },
  { id: 'gamma', title: 'Gamma exposure' },
] as const;
type ViewId = (typeof VIEWS)[number]['id'];

interface AnalyticsPanelProps {
  underlying: string;
  expiry: string;
  onClose: () => void;
}

/** Open interest by strike, the smile, the straddle over the day. */
export function AnalyticsPanel({ underlying, expiry, onClose }: AnalyticsPanelProps): React.JSX.Element {
  const [view, setView] = useState<ViewId>('interest');
  const request = { instrument_key: underlying, expiry_date: expiry };
  return (
    <section aria-label="Analytics" className="analytics">
      <div role="group" aria-label="Chart" className="flex flex-wrap items-center gap-0.5 px-2 pt-1">
        {VIEWS.map(({ id, title }) => (
          <button key={id} type="button" className="chip" aria-pressed={id === view} onClick={() => setView(id)}>
            {title}
          </button>
        ))}
        <button type="button" className="chip ml-auto" onClick={onClose}>
          Close <kbd className="key hidden md:inline">O</kbd>
        </button>
      </div>
      <Suspense fallback={<LoadingRows rows={4} label="Loading the chart" />}>
        {view === 'smile' ? <SmileView {...request} /> : <StrikeView {...request} view={view} />}
      </Suspense>
    </section>
  );
}

interface ViewProps {
  instrument_key: string;
  expiry_date: string;
}

function StrikeView({ view, ...request }: ViewProps & { view: Exclude<ViewId, 'smile'> }): React.JSX.Element {
  const { currentData: data, error, refetch } = useOptionAnalyticsQuery(request, { pollingInterval: POLL_MS });
  if (data === undefined) return <Waiting error={error} onRetry={() => void refetch()} />;
  if (view === 'straddle') return <StraddleChart points={data.straddle_history} />;
  const atm = data.atm_strike;
  if (view === 'gamma') return <GammaChart strikes={data.strikes} atm={atm} />;
  if (view === 'change') return <ChangeChart strikes={data.strikes} atm={atm} />;
  return <InterestChart strikes={data.strikes} atm={atm} maxPain={data.analytics?.max_pain ?? null} />;
}

function SmileView(request: ViewProps): React.JSX.Element {
  const { currentData: data, error, refetch } = useSmileQuery(request, { pollingInterval: POLL_MS });
  if (data === undefined) return <Waiting error={error} onRetry={() => void refetch()} />;
  const slice = data.slices[0];
  if (slice === undefined || slice.svi === null) {
    return <p className="p-3 text-dim">{slice?.note ?? 'There are too few quotes for a curve.'}</p>;
  }
  const two = formatDecimals(2);
  return (
    <>
      <p className="px-3 pt-1 text-dim text-xs">
        ATM {two(slice.atm_iv)}%, skew {two(slice.skew)} points per per cent of strike, risk reversal{' '}
        {two(slice.risk_reversal)}, butterfly {two(slice.butterfly)}, fit ±{two(slice.rmse)} points
      </p>
      <SmileChart points={slice.points} />
    </>
  );
}

function Waiting({ error, onRetry }: { error: unknown; onRetry: () => void }): React.JSX.Element {
  if (error === undefined) return <LoadingRows rows={4} label="Loading the figures" />;
  return <FailureNotice failure={error as ApiFailure} onRetry={onRetry} />;
}
