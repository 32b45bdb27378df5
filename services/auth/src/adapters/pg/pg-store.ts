import type pg from 'pg';
import type { Store, Unit } from '../../app/ports.ts';
import { PgAccounts } from './pg-accounts.ts';
import { PgApiKeys, PgGrants, PgKeys, PgRevocations } from './pg-keys.ts';
import { PgAudit } from './pg-audit.ts';
import { PgOutbox } from './pg-outbox.ts';
import { PgSessions, PgThrottle } from './pg-sessions.ts';
import { PgUsers } from './pg-users.ts';
import type { Statements } from './pool.ts';

/** The database behind the ports. */
export class PgStore implements Store {
  readonly now: Unit;

  /** @param onCommit Told after every transaction, so that what it has to publish leaves at once. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly onCommit: () => void,
  ) {
    this.now = unitOn(pool);
  }

  async write<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(unitOn(client));
      await client.query('COMMIT');
      this.onCommit();
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

function unitOn(db: Statements): Unit {
  return {
    users: new PgUsers(db),
    sessions: new PgSessions(db),
    throttle: new PgThrottle(db),
    apiKeys: new PgApiKeys(db),
    grants: new PgGrants(db),
    accounts: new PgAccounts(db),
    keys: new PgKeys(db),
    revocations: new PgRevocations(db),
    audit: new PgAudit(db),
    events: new PgOutbox(db),
  };
}
