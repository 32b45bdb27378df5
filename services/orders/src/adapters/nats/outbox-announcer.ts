/**
 * Goal: what is committed reaches the bus, in order and at least once; consumers drop what they know by its sequence.
 *
 * Method: right after its commit the writer hands its messages over; they are published in order per account. What is
 * published is deleted from the outbox by one statement at a time, beside the writer's own. A sweeper publishes what was left by a process that died in between, oldest first, and only what
 * is older than a moment, so that it does not overtake the writer.
 */
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { repeat, type Timer } from '@vega/kernel';
import type { ServiceContext } from '@vega/platform';
import type pg from 'pg';
import type { Announcer } from '../../app/ports.ts';

type Message = Parameters<Announcer['announce']>[1][number];

const SWEEP_MS = 1_000;
const SWEEP_OLDER_MS = 2_000;
const BATCH = 500;

/** Messages of an account that are published, by their sequence numbers. */
interface Published {
  readonly accountId: string;
  readonly from: number;
  readonly to: number;
}

export class OutboxAnnouncer implements Announcer {
  private readonly chains = new Map<string, Promise<void>>();
  private readonly js: JetStreamClient;
  private readonly published;
  private timer: Timer | undefined;
  private done: Published[] = [];
  private clearing: Promise<void> | undefined;

  constructor(
    private readonly context: Pick<ServiceContext, 'bus' | 'clock' | 'logger' | 'metrics'>,
    private readonly pool: pg.Pool,
  ) {
    this.js = jetstream(context.bus.nc, { timeout: 3_000 });
    this.published = context.metrics.counter(
      'vega_orders_published_total',
      'Messages of the outbox by who published them.',
      ['by'],
    );
  }

  start(): void {
    this.timer = repeat(this.context.clock, SWEEP_MS, () => this.sweep().catch(() => undefined));
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await Promise.all(this.chains.values());
    await this.clearing;
  }

  announce(accountId: string, messages: readonly Message[]): void {
    const before = this.chains.get(accountId) ?? Promise.resolve();
    const work = before.then(() => this.publish(accountId, messages)).catch(() => undefined);
    this.chains.set(accountId, work);
    void work.finally(() => {
      if (this.chains.get(accountId) === work) this.chains.delete(accountId);
    });
  }

  private async publish(accountId: string, messages: readonly Message[]): Promise<void> {
    const last = messages.at(-1);
    if (last === undefined || !this.context.bus.isConnected()) return;
    await Promise.all(messages.map((message) => this.send(accountId, message)));
    this.published.inc({ by: 'writer' }, messages.length);
    this.done.push({ accountId, from: messages[0]?.seq ?? last.seq, to: last.seq });
    this.clearing ??= this.clear();
  }

  /** Deletes what is published, what came meanwhile together. What cannot be deleted is left to the sweeper. */
  private async clear(): Promise<void> {
    while (this.done.length > 0) {
      const done = this.done.splice(0, BATCH);
      await this.pool
        .query({
          name: 'orders outbox done',
          text: `DELETE FROM outbox USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS done(account_id, first, last)
                  WHERE outbox.account_id = done.account_id AND outbox.seq BETWEEN done.first AND done.last`,
          values: [done.map(({ accountId }) => accountId), done.map(({ from }) => from), done.map(({ to }) => to)],
        })
        .catch(() => undefined);
    }
    this.clearing = undefined;
  }

  private send(accountId: string, { subject, seq, payload }: Message): Promise<unknown> {
    return this.js.publish(subject, payload, { msgID: `${accountId}:${seq}:${subject}` });
  }

  /** Publishes what nobody has. Two processes may do it at once: the message id makes that harmless. */
  private async sweep(): Promise<void> {
    if (!this.context.bus.isConnected()) return;
    const { rows } = await this.pool.query<{
      id: number;
      account_id: string;
      seq: number;
      subject: string;
      payload: Buffer;
    }>({
      name: 'orders outbox left',
      text: `SELECT id, account_id, seq, subject, payload FROM outbox
              WHERE created_at < clock_timestamp() - $1 * interval '1 millisecond' ORDER BY id LIMIT $2`,
      values: [SWEEP_OLDER_MS, BATCH],
    });
    if (rows.length === 0) return;
    for (const row of rows) await this.send(row.account_id, row);
    await this.pool.query(`DELETE FROM outbox WHERE id = ANY($1)`, [rows.map((row) => row.id)]);
    this.published.inc({ by: 'sweeper' }, rows.length);
    this.context.logger.warn({ count: rows.length }, 'messages that were left in the outbox are published');
  }
}
