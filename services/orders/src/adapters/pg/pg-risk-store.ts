import { KillSwitch, RiskLimits, SwitchStops } from '@vega/contracts';
import type pg from 'pg';
import type { RiskStore } from '../../app/risk-desk.ts';

/** Kill switches and limits in PostgreSQL, with their history. Each change moves the writers it concerns to new facts. */
export class PgRiskStore implements RiskStore {
  constructor(private readonly pool: pg.Pool) {}

  async loadSwitches(): Promise<readonly KillSwitch[]> {
    const { rows } = await this.pool.query<{ payload: Buffer }>(`SELECT payload FROM kill_switches WHERE engaged`);
    return rows.map((row) => KillSwitch.decode(row.payload));
  }

  async loadLimits(): Promise<readonly RiskLimits[]> {
    const { rows } = await this.pool.query<{ payload: Buffer }>(`SELECT payload FROM risk_limits`);
    return rows.map((row) => RiskLimits.decode(row.payload));
  }

  setSwitch(change: Omit<KillSwitch, 'revision'>): Promise<KillSwitch> {
    return this.inTransaction(async (client) => {
      // One change at a time, so that the revision and what it says belong together.
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('orders kill switches'))`);
      const { rows } = await client.query<{ revision: number }>(`SELECT revision FROM kill_switches WHERE scope = $1`, [
        change.scope,
      ]);
      const next: KillSwitch = { ...change, revision: (rows[0]?.revision ?? 0) + 1 };
      const payload = Buffer.from(KillSwitch.encode(next).finish());
      const engaged = next.stops === SwitchStops.OPENING || next.stops === SwitchStops.EVERYTHING;
      await client.query(
        `INSERT INTO kill_switches (scope, revision, engaged, payload) VALUES ($1, $2, $3, $4)
         ON CONFLICT (scope) DO UPDATE SET revision = $2, engaged = $3, payload = $4`,
        [next.scope, next.revision, engaged, payload],
      );
      await audit(client, next.engagedBy, 'kill switch', next.scope, next.revision, payload);
      // A birth that was decided before this commit does not pass its fence any more.
      await client.query(`UPDATE writers SET facts_revision = facts_revision + 1`);
      return next;
    });
  }

  setLimits(limits: RiskLimits): Promise<RiskLimits | undefined> {
    return this.inTransaction(async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('orders limits ' || $1))`, [limits.accountId]);
      const { rows } = await client.query<{ revision: number }>(
        `SELECT revision FROM risk_limits WHERE account_id = $1 AND strategy = $2`,
        [limits.accountId, limits.strategy],
      );
      const current = rows[0]?.revision ?? 0;
      if (current !== limits.revision) return undefined;
      const next: RiskLimits = { ...limits, revision: current + 1 };
      const payload = Buffer.from(RiskLimits.encode(next).finish());
      await client.query(
        `INSERT INTO risk_limits (account_id, strategy, revision, payload) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, strategy) DO UPDATE SET revision = $3, payload = $4`,
        [next.accountId, next.strategy, next.revision, payload],
      );
      await audit(client, next.changedBy, 'limits', `${next.accountId} ${next.strategy}`, next.revision, payload);
      await client.query(`UPDATE writers SET facts_revision = facts_revision + 1 WHERE account_id = $1`, [
        next.accountId,
      ]);
      return next;
    });
  }

  private async inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollback: unknown) => {
        broken = rollback as Error;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

function audit(
  client: pg.PoolClient,
  actor: string,
  what: string,
  subject: string,
  revision: number,
  payload: Buffer,
): Promise<unknown> {
  return client.query(`INSERT INTO risk_audit (actor, what, subject, revision, payload) VALUES ($1, $2, $3, $4, $5)`, [
    actor,
    what,
    subject,
    revision,
    payload,
  ]);
}
