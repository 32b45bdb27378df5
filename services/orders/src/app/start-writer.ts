/** Brings a new writer to where the last one was, from the record alone. */
import { Order, OrderEventKind } from '@vega/contracts';
import { addDays, istDateOf } from '@vega/kernel';
import { isInDoubt } from '@vega/trading';
import type { AccountWriter } from './account-writer.ts';
import { fromRow, NO_TIMES, type TrackedOrder, unbornQty } from './tracked-order.ts';

const HALF_HOUR_MS = 1_830_000;

/**
 * Loads orders and counted calls. What an earlier writer had not given to children lapses; what it was sending is in doubt
 * until the quarantine is over that begins when its request has ended at the latest: the process that gave birth to it may
 * still live and send it till then.
 */
export async function loadWriter(writer: AccountWriter): Promise<void> {
  const { store, clock, world, logger } = writer.options;
  const now = clock.wallNow();
  const marketNow = world.marketNowMs();
  const since = addDays(istDateOf(Math.min(now, marketNow ?? now)), -1);
  const [rows, calls] = await Promise.all([
    store.loadOrders(writer.accountId, since),
    store.loadCalls(writer.accountId, now - HALF_HOUR_MS),
  ]);
  for (const call of calls) writer.state.rates.record(call.segment, Math.min(call.atMs, now));
  const lapsing: TrackedOrder[] = [];
  for (const row of rows) {
    const order = fromRow(row);
    if (order === undefined) {
      logger.error({ order: row.orderId }, 'an order of the record cannot be read');
      continue;
    }
    writer.state.put(order, false);
    if (order.denial === undefined && !order.foreign) {
      writer.state.noteAccepted(order, order.createdAtMs, istDateOf(order.decidedAtMs || order.createdAtMs));
    }
    const unborn = unbornQty(Order.decode(row.snapshot));
    if (unborn > 0) {
      const { body } = order;
      lapsing.push({
        ...order,
        body: { ...body, quantity: body.quantity + unborn, lapsedQty: body.lapsedQty + unborn },
      });
    }
    doubtAll(writer, order);
  }
  if (lapsing.length === 0) return;
  await writer.run(async () => {
    const draft = writer.draft();
    for (const order of lapsing) {
      draft.tell(OrderEventKind.REMAINDER_LAPSED, order, { source: 'start', code: 'WRITER_CHANGED' });
    }
    await writer.commit(draft);
  });
}

/**
 * When the request of each child in doubt has ended at the latest, by the wall: as its writer recorded, or, where that
 * recorded nothing, the time limit for leaving after its birth and the one for its answer after that. It is the same moment
 * for every writer that finds it, however often the writer changes.
 */
function doubtAll(writer: AccountWriter, order: TrackedOrder): void {
  const { clock, requestTimeoutMs } = writer.options;
  for (const child of order.body.children) {
    if (!isInDoubt(child.state)) continue;
    const { bornAtMs, answeredAtMs } = order.times.get(child.childId) ?? NO_TIMES;
    const endedAtMs = answeredAtMs === 0 ? bornAtMs + 2 * requestTimeoutMs : answeredAtMs;
    writer.doubt(order, child, clock.monotonicMs() + endedAtMs - clock.wallNow());
  }
}
