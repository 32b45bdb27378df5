/** How one event changes a child within a step, and what is told of it. */
import { OrderEventKind } from '@vega/contracts';
import type { Logger } from '@vega/platform';
import { type Child, type ChildEvent, hasEnded, lapse, resize, stepChild, withChild } from '@vega/trading';
import type { AccountState } from './account-state.ts';
import type { BrokerOutcome } from './ports.ts';
import type { Source, StepDraft } from './step-draft.ts';
import { NO_TIMES, type TrackedOrder } from './tracked-order.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** What an event says besides itself: where it came from, and when what it answers left. */
export interface Word {
  readonly source: Source;
  readonly sentAtMs?: number;
  readonly answeredAtMs?: number;
}

/** What was said of a child. */
export interface Told {
  readonly childId: string;
  readonly event: ChildEvent;
  readonly word: Word;
}

export interface ApplyContext {
  readonly state: AccountState;
  readonly draft: StepDraft;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
}

/** Applies one event to a child within a step: by the table, telling what it moves. Undefined when it changes nothing. */
export function applyChildEvent(
  { state, draft, metrics, logger }: ApplyContext,
  childId: string,
  event: ChildEvent,
  word: Word,
): { readonly order: TrackedOrder; readonly child: Child } | undefined {
  const held = state.childOf(childId);
  const order = held === undefined ? undefined : (draft.order(held.order.terms.orderId) ?? held.order);
  const child = order?.body.children.find((one) => one.childId === childId);
  if (order === undefined || child === undefined) return undefined;
  const outcome = stepChild(child, event);
  if (!outcome.ok) {
    // The broker's books say the same again at every reading: it is told once.
    if (!state.isNewOddity(childId, outcome.fault.message)) return undefined;
    metrics.oddities.inc({ code: outcome.fault.code });
    logger.warn({ order: order.terms.orderId, fault: outcome.fault }, 'the broker said what does not follow');
    draft.tell(OrderEventKind.ODDITY, order, { ...word, childId, ...outcome.fault });
    return { order, child };
  }
  const { step } = outcome;
  const timed = timesAfter(order, child, step.child, word, draft.atMs);
  if (!step.changed && timed === order.times) return undefined;
  let next: TrackedOrder = { ...order, times: timed, body: resized(withChild(order.body, step.child), step.child) };
  if (spoilsTheRest(step.child.state)) next = lapsed(draft, next, step.child);
  if (step.as === 'adopt' || step.as === 'oddity') {
    metrics.oddities.inc({ code: step.as === 'adopt' ? 'ADOPTED' : 'FILL_AFTER_END' });
    const kind = step.as === 'adopt' ? OrderEventKind.CHILD_ADOPTED : OrderEventKind.ODDITY;
    next = draft.tell(kind, next, { ...word, childId, message: `${child.state} until now` });
  }
  if (step.fillQty > 0) {
    const fill = { child: step.child, quantity: step.fillQty, valuePaise: step.fillValuePaise };
    next = draft.tell(OrderEventKind.CHILD_FILL, next, { ...word, childId, fill });
  }
  const kind = kindOf(child, step.child, event);
  if (kind !== undefined) {
    draft.tell(kind, next, { ...word, childId, code: step.child.code, message: step.child.message });
  } else if (draft.order(order.terms.orderId) !== next) {
    // Nothing but times or terms have changed: the order's last event still tells them.
    draft.tell(OrderEventKind.CHILD_OPEN, next, { ...word, childId });
  }
  return { order: next, child: step.child };
}

/** After a slice that was refused, lost or never left the rest is not sent: its owner decides anew. */
function lapsed(draft: StepDraft, order: TrackedOrder, because: Child): TrackedOrder {
  const body = lapse(order.body);
  if (body === order.body) return order;
  return draft.tell(
    OrderEventKind.REMAINDER_LAPSED,
    { ...order, body },
    { source: 'timer', code: because.code, message: `after a slice that is ${because.state}` },
  );
}

function timesAfter(order: TrackedOrder, before: Child, after: Child, word: Word, atMs: number): TrackedOrder['times'] {
  const times = order.times.get(before.childId) ?? NO_TIMES;
  const next = {
    bornAtMs: times.bornAtMs,
    sentAtMs: times.sentAtMs || (word.sentAtMs ?? 0),
    answeredAtMs: times.answeredAtMs || (word.answeredAtMs ?? 0),
    endedAtMs: times.endedAtMs || (hasEnded(after.state) ? atMs : 0),
  };
  const same =
    next.sentAtMs === times.sentAtMs && next.answeredAtMs === times.answeredAtMs && next.endedAtMs === times.endedAtMs;
  return same ? order.times : new Map(order.times).set(before.childId, next);
}

/** An order of one child is as large as its child: a modify changes both. */
function resized(body: TrackedOrder['body'], child: Child): TrackedOrder['body'] {
  const quantity = Math.max(child.quantity, child.asked?.quantity ?? 0);
  const isWhole = body.children.length === 1 && body.slices.length === 1;
  return isWhole && body.quantity - body.lapsedQty !== quantity ? resize(body, quantity) : body;
}

function spoilsTheRest(state: Child['state']): boolean {
  return state === 'rejected' || state === 'failed' || state === 'unknown' || state === 'absent';
}

const KIND_BY_STATE = {
  unknown: OrderEventKind.CHILD_UNKNOWN,
  acknowledged: OrderEventKind.CHILD_ACKNOWLEDGED,
  open: OrderEventKind.CHILD_OPEN,
  cancelled: OrderEventKind.CHILD_CANCELLED,
  rejected: OrderEventKind.CHILD_REJECTED,
  absent: OrderEventKind.CHILD_ABSENT,
  failed: OrderEventKind.CHILD_FAILED,
} as const;

/** The event that tells a move; undefined where the fill tells it, or nothing has moved. */
function kindOf(before: Child, after: Child, event: ChildEvent): OrderEventKind | undefined {
  if (event.kind === 'modify-refused') return OrderEventKind.MODIFY_REFUSED;
  if (event.kind === 'cancel-refused') return OrderEventKind.CANCEL_REFUSED;
  if (event.kind === 'modify-asked') return OrderEventKind.MODIFY_REQUESTED;
  if (event.kind === 'cancel-asked') return OrderEventKind.CANCEL_REQUESTED;
  if (before.state === 'modifying' && after.state === 'open') return OrderEventKind.MODIFIED;
  if (before.state === after.state) return undefined;
  return KIND_BY_STATE[after.state as keyof typeof KIND_BY_STATE];
}

/** The event that the outcome of placing is. */
export function outcomeEvent(outcome: BrokerOutcome): ChildEvent {
  if (outcome.kind === 'accepted') return { kind: 'acknowledged', brokerOrderId: outcome.brokerOrderId };
  const kinds = { rejected: 'refused', unknown: 'lost', 'not-sent': 'unsent' } as const;
  return { kind: kinds[outcome.kind], code: outcome.code, message: outcome.message };
}
