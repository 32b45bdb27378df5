import { AccountChanged, Revocation, RevocationKind, subjects, TokenChanged, toBytes } from '@vega/contracts';
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { Bus, Logger } from '@vega/platform';
import { jetstream } from '@nats-io/jetstream';
import type pg from 'pg';
import type { EventOutbox } from '../../app/ports.ts';
import type { Statements } from './pool.ts';

const KIND_NAMES: Readonly<Record<RevocationKind, string>> = {
  [RevocationKind.UNSPECIFIED]: 'unspecified',
  [RevocationKind.SESSION]: 'session',
  [RevocationKind.USER]: 'user',
  [RevocationKind.API_KEY]: 'api_key',
  [RevocationKind.DEPLOYMENT]: 'deployment',
};

/** Writes what is to be published into the transaction that makes it true. */
export class PgOutbox implements EventOutbox {
  constructor(private readonly db: Statements) {}

  accountChanged(change: AccountChanged): Promise<void> {
    return this.put(subjects.account(change.account?.accountId ?? ''), toBytes(AccountChanged, change));
  }

  tokenChanged(change: TokenChanged): Promise<void> {
    return this.put(subjects.token(change.accountId), toBytes(TokenChanged, change));
  }

  async revoked(revocation: Revocation): Promise<void> {
    const { kind, id, notBeforeMs, atMs, untilMs } = revocation;
    await this.db.query(
      `INSERT INTO revocations VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, id) DO UPDATE
       SET not_before_ms = greatest(revocations.not_before_ms, $3), at_ms = $4, until_ms = greatest(revocations.until_ms, $5)`,
      [kind, id, notBeforeMs, atMs, untilMs],
    );
    await this.put(subjects.revocation(KIND_NAMES[kind]), toBytes(Revocation, revocation));
  }

  private async put(subject: string, payload: Uint8Array): Promise<void> {
    await this.db.query(`INSERT INTO outbox (subject, payload) VALUES ($1, $2)`, [subject, Buffer.from(payload)]);
  }
}

/** What a crash left behind is published within this, milliseconds. */
const SWEEP_MS = 1_000;
const BATCH = 200;

/** Publishes the outbox, oldest first; a row goes when the stream has acknowledged it. Consumers take repeats. */
export class OutboxPublisher {
  private running: Promise<void> | undefined;
  private again = false;
  private timer: Timer | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = repeat(this.clock, SWEEP_MS, () => this.flush());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.flush();
  }

  /** Publishes what there is; never rejects. */
  flush(): Promise<void> {
    this.again = true;
    this.running ??= this.drain().finally(() => (this.running = undefined));
    return this.running;
  }

  private async drain(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        if ((await this.publishBatch()) === BATCH) this.again = true;
      } catch (error) {
        this.logger.warn({ err: error }, 'events wait to be published');
        return;
      }
    }
  }

  private async publishBatch(): Promise<number> {
    if (!this.bus.isConnected()) return 0;
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ id: number; subject: string; payload: Buffer }>(
        `SELECT * FROM outbox ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      );
      const stream = jetstream(this.bus.nc);
      for (const { subject, payload } of rows) await stream.publish(subject, payload);
      await client.query(`DELETE FROM outbox WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);
      await client.query('COMMIT');
      return rows.length;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}
