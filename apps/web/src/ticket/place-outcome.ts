// Goal: what is said of an order that was sent is never more than is known.
// Method: only an answer that proves it counts as accepted, denied or not sent; all else is unknown, and the same order may
//   be asked for again under its key, which cannot make a second one.

import { GatewayProblem, type DenialView, type PlacedOrderView, type RiskCheckView } from '@vega/client';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** What became of sending an order. */
export type PlaceOutcome =
  | { readonly kind: 'accepted'; readonly placed: PlacedOrderView }
  | { readonly kind: 'denied'; readonly denial: Denied }
  /** Nothing was recorded: it may be changed and sent again. */
  | { readonly kind: 'refused'; readonly failure: ApiFailure }
  /** It may be at work. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Why it was denied. */
export type Denied = Pick<DenialView, 'code' | 'message'> & { readonly checks: readonly RiskCheckView[] };

/** Failures of the platform that prove that nothing was recorded. */
const NOT_SENT: ReadonlySet<string> = new Set(['WRITER_UNAVAILABLE']);

/** The outcome of an answer. */
export function outcomeOfAnswer(placed: PlacedOrderView): PlaceOutcome {
  if (placed.outcome === 'ACCEPTED') return { kind: 'accepted', placed };
  if (placed.outcome === 'DENIED' && placed.denial !== null) return { kind: 'denied', denial: placed.denial };
  return { kind: 'unknown', why: placed.detail ?? 'The platform does not know what became of it.' };
}

/** The outcome of a call that failed. */
export function outcomeOfError(error: unknown): PlaceOutcome {
  const failure = toFailure(error);
  if (!(error instanceof GatewayProblem)) return { kind: 'unknown', why: failure.detail };
  const { problem } = error;
  const checks = 'checks' in problem && Array.isArray(problem.checks) ? (problem.checks as RiskCheckView[]) : undefined;
  if (checks !== undefined) return { kind: 'denied', denial: { code: problem.code, message: problem.detail, checks } };
  if (problem.status < 500 || NOT_SENT.has(problem.code)) return { kind: 'refused', failure };
  return { kind: 'unknown', why: `${problem.title} (${problem.code}). ${problem.detail}` };
}
