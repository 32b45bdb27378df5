import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The instrument master of every date, kept compactly: a contract is one row with the dates on which it was seen, and
 * what a later master changes of it (lot, freeze, tick, name) is a row of `instrument_terms`.
 *
 * A contract is identified by its key, its expiry and what it is (`identity`: type, strike and underlying of a
 * derivative), since exchange tokens are reused. Of a contract in the current master `last_seen` is not kept up to date:
 * it is that master's date, so that a day on which nothing changed writes nothing.
 */
export class Instruments1764000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public`);
    await db.query(`
      CREATE TABLE market_feed.instruments (
        instrument_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        instrument_key    text NOT NULL,
        segment           text NOT NULL,
        exchange          text NOT NULL,
        instrument_type   text NOT NULL,
        trading_symbol    text NOT NULL,
        name              text NOT NULL,
        isin              text NOT NULL,
        underlying_key    text NOT NULL,
        underlying_symbol text NOT NULL,
        underlying_type   text NOT NULL,
        expiry_date       date,
        strike_paise      bigint NOT NULL,
        lot_size          bigint NOT NULL,
        freeze_qty        bigint NOT NULL,
        tick_size_paise   bigint NOT NULL,
        weekly            boolean NOT NULL,
        identity          text NOT NULL,
        first_seen        date NOT NULL,
        last_seen         date NOT NULL,
        active            boolean NOT NULL,
        kind              smallint NOT NULL,
        root              text NOT NULL,
        search_text       text NOT NULL,
        CONSTRAINT instruments_identity UNIQUE NULLS NOT DISTINCT (instrument_key, expiry_date, identity),
        CONSTRAINT instruments_seen CHECK (first_seen <= last_seen)
      )`);
    await db.query(`COMMENT ON COLUMN market_feed.instruments.active IS 'Whether the current master holds it.'`);
    await db.query(`
      CREATE UNIQUE INDEX instruments_active_key ON market_feed.instruments (instrument_key) WHERE active`);
    await db.query(`
      CREATE INDEX instruments_active_contracts ON market_feed.instruments (underlying_key) WHERE active AND kind IN (3, 4)`);
    await db.query(`
      CREATE INDEX instruments_active_strikes ON market_feed.instruments (strike_paise) WHERE active AND kind = 4`);
    await db.query(`
      CREATE INDEX instruments_active_names ON market_feed.instruments
        USING gin (search_text public.gin_trgm_ops) WITH (fastupdate = off) WHERE active AND kind NOT IN (3, 4)`);
    await db.query(`
      CREATE TABLE market_feed.instrument_roots (
        underlying_key text NOT NULL,
        root           text NOT NULL,
        search_text    text NOT NULL,
        PRIMARY KEY (underlying_key, root)
      )`);
    await db.query(`
      COMMENT ON TABLE market_feed.instrument_roots IS 'What has derivatives in the current master: where a search for contracts begins.'`);
    await db.query(`
      CREATE TABLE market_feed.instrument_terms (
        instrument_id   bigint NOT NULL REFERENCES market_feed.instruments ON DELETE CASCADE,
        valid_from      date NOT NULL,
        trading_symbol  text NOT NULL,
        name            text NOT NULL,
        instrument_type text NOT NULL,
        lot_size        bigint NOT NULL,
        freeze_qty      bigint NOT NULL,
        tick_size_paise bigint NOT NULL,
        weekly          boolean NOT NULL,
        PRIMARY KEY (instrument_id, valid_from)
      )`);
    await db.query(`
      CREATE TABLE market_feed.instrument_masters (
        master_date date PRIMARY KEY,
        row_count   integer NOT NULL,
        loaded_at   timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE TABLE market_feed.current_master (
        singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        master_date date NOT NULL REFERENCES market_feed.instrument_masters
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of [
      'current_master',
      'instrument_masters',
      'instrument_terms',
      'instrument_roots',
      'instruments',
    ]) {
      await db.query(`DROP TABLE market_feed.${table}`);
    }
  }
}
