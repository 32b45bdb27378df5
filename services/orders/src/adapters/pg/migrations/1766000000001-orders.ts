import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Orders, their children and events. `writers` is the fence: one row per account with the epoch of its one writer, the
 * last sequence number, and a revision of the facts (switches, limits) that a birth must know. `order_events` is the hot
 * table, partitioned by day; orders and children are not, since their ids must be unique over days.
 */
export class Orders1766000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE orders.writers (
        account_id     text PRIMARY KEY,
        epoch          bigint NOT NULL,
        holder         text NOT NULL,
        lease_until    timestamptz NOT NULL,
        last_seq       bigint NOT NULL DEFAULT 0,
        facts_revision bigint NOT NULL DEFAULT 0,
        defects        integer NOT NULL DEFAULT 0,
        halt_reason    text
      )`);
    await db.query(`
      CREATE TABLE orders.orders (
        order_id       text PRIMARY KEY,
        account_id     text NOT NULL,
        user_id        text NOT NULL,
        strategy       text NOT NULL,
        instrument_key text NOT NULL,
        status         smallint NOT NULL,
        working        boolean NOT NULL,
        is_foreign     boolean NOT NULL,
        decided_date   date NOT NULL,
        account_seq    bigint NOT NULL,
        intent         bytea NOT NULL,
        snapshot       bytea NOT NULL,
        margin_paise   bigint NOT NULL,
        created_at_ms  bigint NOT NULL
      )`);
    await db.query(
      `COMMENT ON COLUMN orders.orders.intent IS 'The intent as it came: another body under the id is refused by it.'`,
    );
    await db.query(
      `CREATE INDEX orders_by_day ON orders.orders (account_id, decided_date DESC, created_at_ms DESC, order_id)`,
    );
    await db.query(`CREATE INDEX orders_working ON orders.orders (account_id) WHERE working`);
    await db.query(`
      CREATE TABLE orders.children (
        child_id   text PRIMARY KEY,
        order_id   text NOT NULL,
        account_id text NOT NULL,
        epoch      bigint NOT NULL,
        born_at_ms bigint NOT NULL
      )`);
    await db.query(`
      CREATE TABLE orders.order_events (
        account_id  text NOT NULL,
        account_seq bigint NOT NULL,
        day         date NOT NULL,
        kind        smallint NOT NULL,
        order_id    text NOT NULL,
        segment     text NOT NULL,
        at_ms       bigint NOT NULL,
        payload     bytea NOT NULL,
        PRIMARY KEY (account_id, account_seq, day)
      ) PARTITION BY RANGE (day)`);
    await db.query(`CREATE INDEX order_events_by_order ON orders.order_events (order_id)`);
    await db.query(
      `CREATE INDEX order_events_calls ON orders.order_events (account_id, at_ms) WHERE kind IN (3, 13, 16)`,
    );
    await db.query(`CREATE TABLE orders.order_events_rest PARTITION OF orders.order_events DEFAULT`);
    await db.query(`
      CREATE TABLE orders.fills (
        fill_id        text PRIMARY KEY,
        account_id     text NOT NULL,
        order_id       text NOT NULL,
        instrument_key text NOT NULL,
        strategy       text NOT NULL,
        day            date NOT NULL,
        at_ms          bigint NOT NULL,
        payload        bytea NOT NULL
      )`);
    await db.query(`CREATE INDEX fills_by_day ON orders.fills (account_id, day DESC, at_ms DESC, fill_id)`);
    await db.query(`
      CREATE TABLE orders.outbox (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id text NOT NULL,
        seq        bigint NOT NULL,
        subject    text NOT NULL,
        payload    bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`CREATE INDEX outbox_by_account ON orders.outbox (account_id, id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['outbox', 'fills', 'order_events', 'children', 'orders', 'writers']) {
      await db.query(`DROP TABLE orders.${table}`);
    }
  }
}
