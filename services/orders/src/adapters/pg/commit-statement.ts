/**
 * The one statement of a writer's step. Its first part is the fence: it moves the account's sequence on only where epoch,
 * sequence and facts are those that the step was made for, and everything else reads from it, so that a writer that has
 * been replaced writes nothing. New orders and children are plain inserts: an id that exists fails the whole of it.
 */
const COLUMNS = `
  unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::smallint[], $11::boolean[], $12::boolean[], $13::date[],
         $14::bytea[], $15::bytea[], $16::bigint[], $17::bigint[], $18::bigint[], $40::bigint[], $19::boolean[])
    AS r(order_id, user_id, strategy, instrument_key, status, working, is_foreign, decided_date, intent, snapshot,
         margin_paise, created_at_ms, account_seq, decision_number, is_new)`;

/** The statement; without its fence only for a test that must notice. */
export function commitStatement(fenced: boolean): { readonly name: string; readonly text: string } {
  const fence = fenced
    ? `UPDATE writers SET last_seq = $4
        WHERE account_id = $1 AND epoch = $2 AND last_seq = $3 AND ($5::bigint IS NULL OR facts_revision = $5)
       RETURNING account_id`
    : `UPDATE writers SET last_seq = GREATEST(last_seq, $4)
        WHERE account_id = $1 AND COALESCE($2::bigint, $3::bigint, $5::bigint) IS NOT NULL RETURNING account_id`;
  const clash = fenced ? '' : 'ON CONFLICT DO NOTHING';
  return {
    name: fenced ? 'orders commit' : 'orders commit unfenced',
    text: `
WITH w AS (${fence}),
given AS (SELECT r.* FROM w, ${COLUMNS}),
n AS (
  INSERT INTO orders (order_id, account_id, user_id, strategy, instrument_key, status, working, is_foreign, decided_date,
                      intent, snapshot, margin_paise, created_at_ms, account_seq, decision_number)
  SELECT order_id, $1, user_id, strategy, instrument_key, status, working, is_foreign, decided_date, intent, snapshot,
         margin_paise, created_at_ms, account_seq, decision_number
    FROM given WHERE is_new ${clash}),
u AS (
  UPDATE orders SET status = r.status, working = r.working, snapshot = r.snapshot, account_seq = r.account_seq
    FROM given r WHERE NOT r.is_new AND orders.order_id = r.order_id),
c AS (
  INSERT INTO children (child_id, order_id, account_id, epoch, born_at_ms)
  SELECT b.child_id, b.order_id, $1, $2, b.born_at_ms
    FROM w, unnest($20::text[], $21::text[], $22::bigint[]) AS b(child_id, order_id, born_at_ms) ${clash}
  RETURNING child_id),
e AS (
  INSERT INTO order_events (account_id, account_seq, day, kind, order_id, segment, at_ms, payload)
  SELECT $1, v.seq, v.day, v.kind, v.order_id, v.segment, v.at_ms, v.payload
    FROM w, unnest($23::bigint[], $24::date[], $25::smallint[], $26::text[], $27::text[], $28::bigint[], $29::bytea[])
         AS v(seq, day, kind, order_id, segment, at_ms, payload) ${clash}),
f AS (
  INSERT INTO fills (fill_id, account_id, order_id, instrument_key, strategy, day, at_ms, payload)
  SELECT v.fill_id, $1, v.order_id, v.instrument_key, v.strategy, v.day, v.at_ms, v.payload
    FROM w, unnest($30::text[], $31::text[], $32::text[], $33::text[], $34::date[], $35::bigint[], $36::bytea[])
         AS v(fill_id, order_id, instrument_key, strategy, day, at_ms, payload) ${clash}),
x AS (
  INSERT INTO outbox (account_id, seq, subject, payload)
  SELECT $1, v.seq, v.subject, v.payload
    FROM w, unnest($37::bigint[], $38::text[], $39::bytea[]) AS v(seq, subject, payload))
SELECT (SELECT count(*) FROM w)::int AS held, ARRAY(SELECT child_id FROM c) AS born`,
  };
}
