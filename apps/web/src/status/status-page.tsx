import type { FeedStatusView } from '@vega/client';
import { CircleAlert, CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react';
import { useCallback, type ReactNode } from 'react';
import { useFeedStatusQuery, useReadinessQuery } from '../api/market-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { formatAge, formatCount, MISSING } from '../format/numbers.ts';
import { useLink, useLive, useStatus } from '../live/live-context.tsx';
import { PulseText } from '../live/live-text.tsx';
import { sessionWord } from '../live/session.ts';
import { FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { AgeHistogram } from './age-histogram.tsx';
import { Connections } from './connections.tsx';
import { judgeReadiness, readinessLine, type Readiness } from './readiness.ts';

const POLL_MS = 2_000;

/** Feed, gateway and this screen's own connection, with one line that says whether the market can be followed. */
export function StatusPage(): React.JSX.Element {
  const polling = { pollingInterval: POLL_MS, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true };
  const feed = useFeedStatusQuery(undefined, polling);
  const gateway = useReadinessQuery(undefined, polling);
  const link = useLink();
  const feedFailure = (feed.error as ApiFailure | undefined) ?? feed.data?.failure ?? undefined;
  const readiness = judgeReadiness({
    link,
    feed: feed.data?.view,
    feedFailure,
    gateway: gateway.error === undefined ? gateway.data : undefined,
    gatewayFailure: gateway.error as ApiFailure | undefined,
    nowMs: feed.fulfilledTimeStamp ?? 0,
  });
  return (
    <div tabIndex={0} role="region" aria-label="Status" className="h-full overflow-y-auto">
      <h1 className="sr-only">Status</h1>
      <ReadinessBar readiness={readiness} />
      {feed.data === undefined ? (
        feedFailure === undefined ? (
          <LoadingRows rows={8} label="Loading the status" />
        ) : (
          <FailureNotice failure={feedFailure} onRetry={() => void feed.refetch()} />
        )
      ) : (
        <Panels view={feed.data.view} failure={feedFailure} gateway={gateway.data} />
      )}
    </div>
  );
}

const SIGNS = { ready: CircleCheck, impaired: TriangleAlert, 'not-ready': CircleAlert, unknown: CircleHelp } as const;

function ReadinessBar({ readiness }: { readiness: Readiness }): React.JSX.Element {
  const Sign = SIGNS[readiness.level];
  return (
    <p className="readiness" data-level={readiness.level} data-testid="readiness">
      <Sign aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{readinessLine(readiness)}</span>
    </p>
  );
}

interface PanelsProps {
  view: FeedStatusView;
  failure: ApiFailure | undefined;
  gateway: { checks: Record<string, string>; behind: Record<string, string> } | undefined;
}

function Panels({ view, failure, gateway }: PanelsProps): React.JSX.Element {
  return (
    <div className="grid gap-3 p-3 lg:grid-cols-3" {...(failure === undefined ? {} : { 'data-stale': 'last known' })}>
      {failure === undefined ? null : (
        <p className="text-warn lg:col-span-3">
          Below is what was last known: {failure.title.toLowerCase()} ({failure.code}).
        </p>
      )}
      <Panel title="Feed connections" className="lg:col-span-2">
        <Connections connections={view.connections} />
      </Panel>
      <Panel title="Feed">
        <Facts facts={feedFacts(view)} />
      </Panel>
      <Panel title="Market">
        <Facts facts={marketFacts(view)} />
      </Panel>
      <Panel title="Sessions">
        <Sessions />
      </Panel>
      <Panel title="This screen">
        <ScreenFacts />
      </Panel>
      <Panel title="Ages of what this screen follows" className="lg:col-span-2">
        <AgeHistogram />
      </Panel>
      <Panel title="Services">
        <Facts
          facts={[...Object.entries(gateway?.checks ?? {}), ...Object.entries(gateway?.behind ?? {})].map(
            ([name, said]) => [name, said, said === 'ok' ? 'gain' : 'loss'],
          )}
        />
      </Panel>
    </div>
  );
}

interface PanelProps {
  title: string;
  className?: string;
  children: ReactNode;
}

function Panel({ title, className, children }: PanelProps): React.JSX.Element {
  return (
    <section className={`min-w-0 rounded border border-line bg-panel ${className ?? ''}`}>
      <h2 className="border-b border-line px-3 py-1.5 font-semibold">{title}</h2>
      <div className="p-3">{children}</div>
    </section>
  );
}

type Fact = readonly [label: string, value: string, tone?: 'gain' | 'loss' | 'warn' | undefined];

function Facts({ facts }: { facts: readonly Fact[] }): React.JSX.Element {
  if (facts.length === 0) return <p className="text-dim">Nothing is known yet.</p>;
  return (
    <dl className="space-y-1">
      {facts.map(([label, value, tone]) => (
        <div key={label} className="flex justify-between gap-4">
          <dt className="text-dim">{label}</dt>
          <dd className={`text-right ${tone === undefined ? '' : TONES[tone]}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const TONES = { gain: 'text-gain', loss: 'text-loss', warn: 'text-warn' } as const;
const STATE_TONES = { GREEN: 'gain', AMBER: 'warn', RED: 'loss' } as const;

function feedFacts(view: FeedStatusView): Fact[] {
  return [
    ['State', view.state, STATE_TONES[view.state]],
    ['Instruments streamed', formatCount(view.subscribed)],
    ['Wanted but refused', formatCount(view.refused), view.refused > 0 ? 'warn' : undefined],
    ['Last tick', view.last_message_age_ms === null ? 'none yet' : agoOf(view.last_message_age_ms)],
    ['Ticks published', formatCount(view.ticks_published)],
    ['Equal messages dropped', formatCount(view.duplicates_dropped)],
    ['Gaps', formatCount(view.gaps), view.gaps > 0 ? 'warn' : undefined],
    ['Reconnects', formatCount(view.reconnects), view.reconnects > 0 ? 'warn' : undefined],
  ];
}

function marketFacts(view: FeedStatusView): Fact[] {
  const { market_time_ms: time, market_time_extrapolated: extrapolated, clock_skew_ms: skew } = view;
  return [
    ['Source', view.market_source ?? 'not known'],
    [
      'Market time',
      time === null ? MISSING : `${formatIstDay(time)} ${formatIstTime(time)}${extrapolated ? ' (reckoned)' : ''}`,
    ],
    ['Clock against the feed', skew === null ? MISSING : `${skew > 0 ? '+' : ''}${formatCount(skew)} ms`],
    ['Broker login ends', tokenText(view)],
    [
      'Instrument master',
      view.master_date === null ? MISSING : `${view.master_date}, ${formatCount(view.master_rows)} rows`,
    ],
    ['Feed start', view.feed_epoch === 0 ? MISSING : String(view.feed_epoch)],
    ['Reporting process', view.replica ?? MISSING],
  ];
}

function tokenText({ token_expires_at_ms: expires, reported_at_ms: reported }: FeedStatusView): string {
  if (expires === null) return 'no login';
  const at = `${formatIstDay(expires)} ${formatIstTime(expires).slice(0, 5)}`;
  if (reported === null) return at;
  return expires <= reported ? `${at} (over)` : `${at}, in ${formatAge(expires - reported)}`;
}

function agoOf(ms: number): string {
  return ms < 1_000 ? 'now' : `${formatAge(ms)} ago`;
}

function Sessions(): React.JSX.Element {
  const sessions = useStatus()?.sessions ?? [];
  return (
    <Facts
      facts={sessions.map(({ segment, status, source, since_ms: since }) => [
        segment,
        `${sessionWord(status)}${since === null ? '' : ` since ${formatIstTime(since).slice(0, 5)}`}${source === 'feed' ? '' : ` (${source})`}`,
        status === 'NORMAL_OPEN' ? 'gain' : undefined,
      ])}
    />
  );
}

const LINK_WORDS = {
  open: 'connected',
  connecting: 'connecting',
  waiting: 'waiting to reconnect',
  closed: 'closed',
} as const;

function ScreenFacts(): React.JSX.Element {
  const live = useLive();
  const link = useLink();
  const { reconnects, gaps } = live.losses;
  const readAge = useCallback(() => {
    const age = live.feedAgeMs();
    return age === undefined ? 'none yet' : agoOf(age);
  }, [live]);
  return (
    <>
      <Facts
        facts={[
          ['Live connection', LINK_WORDS[link.state], link.state === 'open' ? 'gain' : 'loss'],
          ['Connections lost', formatCount(reconnects), reconnects > 0 ? 'warn' : undefined],
          ['Holes refilled', formatCount(gaps), gaps > 0 ? 'warn' : undefined],
        ]}
      />
      <div className="mt-1 flex justify-between gap-4">
        <span className="text-dim">Newest quote</span>
        <PulseText read={readAge} />
      </div>
    </>
  );
}
