/** Brings a new writer to where the last one was, from the record alone. */
import { Order, OrderEventKind } from '@vega/contracts';
import { addDays, istDateOf } from '@vega/kernel';
import { isInDoubt } from '@vega/trading';
import type { AccountWriter } from './account-writer.ts';
import { fromRow, type TrackedOrder, unbornQty } from './tracked-order.ts';

const HALF_HOUR_MS = 1_830_000;

/**
 * Loads orders and counted calls. What an earlier writer had not given to children lapses; what it was sending is in doubt
 * until its deadline and the quarantine after it are over, since the process that gave birth to it may still send it till then.
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
    doubtAll(writer, order, marketNow);
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

function doubtAll(writer: AccountWriter, order: TrackedOrder, marketNow: number | undefined): void {
  const { clock, requestTimeoutMs } = writer.options;
  for (const child of order.body.children) {
    if (!isInDoubt(child.state)) continue;
    // Without market time the whole validity is taken to be left.
    const from = marketNow ?? order.decidedAtMs;
    const left = Math.max(0, order.terms.validUntilMs - from);
    writer.doubt(order, child, clock.monotonicMs() + left + requestTimeoutMs);
  }
}
