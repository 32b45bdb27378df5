import type { FeedStatusView, ReadinessView } from '@vega/client';
import type { ApiFailure } from '../api/failure.ts';
import type { LinkState } from '../live/live-data.ts';

/** What the verdict is made from; undefined is what is not known yet. */
export interface ReadinessFacts {
  link: Pick<LinkState, 'state'>;
  feed: FeedStatusView | undefined;
  feedFailure: ApiFailure | undefined;
  gateway: ReadinessView | undefined;
  gatewayFailure: ApiFailure | undefined;
  /** Epoch ms, for the token's end. */
  nowMs: number;
}

/** Whether the market can be followed, or why not. */
export interface Readiness {
  level: 'ready' | 'impaired' | 'not-ready' | 'unknown';
  /** One sentence for each reason, the gravest first. */
  reasons: string[];
}

const TOKEN_SOON_MS = 30 * 60_000;
const SKEW_AMBER_MS = 500;
const SKEW_RED_MS = 2_000;

/** Judges the facts. */
export function judgeReadiness(facts: ReadinessFacts): Readiness {
  const { link, feed, feedFailure, gateway, gatewayFailure } = facts;
  const grave: string[] = [];
  const slight: string[] = [];
  if (link.state !== 'open') grave.push('the live connection of this screen is down');
  if (gatewayFailure !== undefined) grave.push(`the gateway is not ready (${gatewayFailure.code})`);
  for (const [name, said] of troubles(gateway?.checks)) grave.push(`gateway check ${name}: ${said}`);
  for (const [name, said] of troubles(gateway?.behind)) grave.push(`${name}: ${said}`);
  if (feedFailure !== undefined) grave.push(`the feed's status cannot be read (${feedFailure.code})`);
  if (feed !== undefined && feedFailure === undefined) judgeFeed(feed, facts.nowMs, grave, slight);
  const reasons = [...new Set([...grave, ...slight])];
  if (grave.length > 0) return { level: 'not-ready', reasons };
  if (feed === undefined || gateway === undefined) return { level: 'unknown', reasons: ['asking the platform'] };
  return { level: slight.length > 0 ? 'impaired' : 'ready', reasons };
}

function judgeFeed(feed: FeedStatusView, nowMs: number, grave: string[], slight: string[]): void {
  const said = feed.state === 'RED' ? grave : slight;
  if (feed.state !== 'GREEN') said.push(...(feed.reasons.length > 0 ? feed.reasons : [`the feed is ${feed.state}`]));
  const leftMs = feed.token_expires_at_ms === null ? undefined : feed.token_expires_at_ms - nowMs;
  if (leftMs !== undefined && leftMs <= 0) grave.push('the broker login is over');
  else if (leftMs !== undefined && leftMs < TOKEN_SOON_MS) slight.push('the broker login ends within half an hour');
  const skew = Math.abs(feed.clock_skew_ms ?? 0);
  if (skew > SKEW_RED_MS) grave.push(`the server's clock is off by ${skew} ms`);
  else if (skew > SKEW_AMBER_MS) slight.push(`the server's clock is off by ${skew} ms`);
  if (feed.refused > 0) slight.push(`${feed.refused} instruments do not fit the broker feed`);
}

function troubles(checks: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(checks ?? {}).filter(([, said]) => said !== 'ok');
}

/** The verdict in one line. */
export function readinessLine({ level, reasons }: Readiness): string {
  if (level === 'ready') return 'Ready: market data is live';
  if (level === 'unknown') return 'Asking the platform…';
  const why = reasons.join('; ');
  return level === 'impaired' ? `Ready, with care: ${why}` : `Not ready: ${why}`;
}
