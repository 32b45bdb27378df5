import { type BrokerReport, type Child, type ChildEvent, type ChildState, hasEnded } from './child.ts';
import { type Cell, CHILD_TABLE, type Taking } from './child-table.ts';

/** What an event did. */
export interface ChildStep {
  readonly child: Child;
  readonly as: Taking;
  /** False when there is nothing to tell: it was known. */
  readonly changed: boolean;
  /** What it added to the fills. */
  readonly fillQty: number;
  readonly fillValuePaise: number;
}

/** Why an event was not taken; nothing changed. */
export interface ChildFault {
  readonly code: 'UNLISTED_PAIR' | 'OVERFILL' | 'OTHER_BROKER_ORDER';
  readonly message: string;
}

export type ChildOutcome =
  { readonly ok: true; readonly step: ChildStep } | { readonly ok: false; readonly fault: ChildFault };

/** Applies one event to a child by the table. Total: never throws, whatever the broker says. */
export function stepChild(child: Child, event: ChildEvent): ChildOutcome {
  const cell = cellFor(child, event);
  if (cell === undefined) {
    return fault('UNLISTED_PAIR', `${event.kind} does not follow ${child.state} (${child.childId})`);
  }
  return 'report' in event ? report(child, event.report, cell) : answer(child, event, cell);
}

/** The table's cell, but for what the table cannot tell by state and event alone. */
function cellFor(child: Child, event: ChildEvent): Cell | undefined {
  const cell = CHILD_TABLE[child.state][event.kind];
  if (event.kind !== 'reported-open' && event.kind !== 'reported-cancelled' && event.kind !== 'reported-filled')
    return cell;
  if (child.state === 'rejected' && child.brokerOrderId !== '') {
    return event.kind === 'reported-open' ? { to: 'rejected', as: 'late' } : undefined;
  }
  if (event.kind !== 'reported-open') return cell;
  if (child.state === 'modifying' && !event.report.settled && !showsAsked(child, event.report)) {
    return { to: 'modifying', as: 'late' };
  }
  if (child.state === 'cancelling' && !event.report.settled) return { to: 'cancelling', as: 'late' };
  return cell;
}

function showsAsked({ asked }: Child, seen: BrokerReport): boolean {
  return (
    asked !== undefined &&
    seen.quantity === asked.quantity &&
    seen.pricePaise === asked.pricePaise &&
    seen.triggerPricePaise === asked.triggerPricePaise
  );
}

function answer(child: Child, event: Exclude<ChildEvent, { report: BrokerReport }>, cell: Cell): ChildOutcome {
  if (event.kind === 'acknowledged') {
    if (child.brokerOrderId !== '' && child.brokerOrderId !== event.brokerOrderId) {
      return fault('OTHER_BROKER_ORDER', `${child.childId} is ${child.brokerOrderId}, not ${event.brokerOrderId}`);
    }
    const named = { ...moved(child, cell), brokerOrderId: event.brokerOrderId };
    return done(child, cell.as === 'late' && child.brokerOrderId !== '' ? child : named, cell.as);
  }
  if (cell.as === 'late') return done(child, child, cell.as);
  switch (event.kind) {
    case 'modify-asked':
      return done(child, { ...moved(child, cell), asked: event.terms }, cell.as);
    case 'cancel-asked':
    case 'proven-absent':
      return done(child, moved(child, cell), cell.as);
    case 'modify-refused':
    case 'cancel-refused':
    case 'refused':
    case 'lost':
    case 'unsent':
      return done(child, { ...moved(child, cell), code: event.code, message: event.message }, cell.as);
  }
}

function report(child: Child, seen: BrokerReport, cell: Cell): ChildOutcome {
  if (child.brokerOrderId !== '' && child.brokerOrderId !== seen.brokerOrderId) {
    return fault('OTHER_BROKER_ORDER', `${child.childId} is ${child.brokerOrderId}, not ${seen.brokerOrderId}`);
  }
  const filledQty = Math.max(child.filledQty, seen.filledQty);
  const grown = filledQty > child.filledQty;
  // What is late brings fills, never terms.
  const terms = cell.as === 'late' ? child : seen;
  const quantity = Math.max(terms.quantity, 1);
  const most = Math.max(quantity, child.quantity, child.asked?.quantity ?? 0);
  if (filledQty > most) {
    return fault('OVERFILL', `${child.childId}: ${filledQty} filled of ${most}`);
  }
  const next: Child = {
    ...moved(child, cell),
    brokerOrderId: seen.brokerOrderId,
    ...(cell.as === 'late'
      ? {}
      : {
          quantity: Math.max(quantity, filledQty),
          pricePaise: seen.pricePaise,
          triggerPricePaise: seen.triggerPricePaise,
          brokerStatus: seen.brokerStatus,
          message: seen.message,
        }),
    filledQty,
    filledValuePaise: grown ? seen.filledValuePaise : child.filledValuePaise,
    adopted: child.adopted || cell.as === 'adopt',
  };
  return done(child, next, cell.as === 'late' && grown && hasEnded(child.state) ? 'oddity' : cell.as);
}

/** In another state what was in flight is over. */
function moved(child: Child, { to }: Cell): Child {
  const keeps = to === child.state || (to as ChildState) === 'modifying';
  return { ...child, state: to, asked: keeps ? child.asked : undefined };
}

function done(before: Child, child: Child, as: Taking): ChildOutcome {
  return {
    ok: true,
    step: {
      child,
      as,
      changed: differs(before, child),
      fillQty: child.filledQty - before.filledQty,
      fillValuePaise: child.filledValuePaise - before.filledValuePaise,
    },
  };
}

const TOLD = [
  'state',
  'quantity',
  'pricePaise',
  'triggerPricePaise',
  'brokerOrderId',
  'brokerStatus',
  'code',
  'message',
  'filledQty',
  'filledValuePaise',
  'adopted',
] as const satisfies readonly (keyof Child)[];

function differs(before: Child, after: Child): boolean {
  return before !== after && TOLD.some((name) => before[name] !== after[name]);
}

function fault(code: ChildFault['code'], message: string): ChildOutcome {
  return { ok: false, fault: { code, message } };
}
