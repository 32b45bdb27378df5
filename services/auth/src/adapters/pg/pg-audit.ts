import type { AuditEntryRecord, AuditEvent, AuditQuery, AuditRecord, AuditStore } from '../../app/ports.ts';
import type { Statements } from './pool.ts';

interface Row {
  seq: number;
  at_ms: number;
  event: string;
  outcome: 'ok' | 'refused';
  actor_user_id: string;
  actor_kind: string;
  session_id: string;
  subject_user_id: string;
  account_id: string;
  address: string;
  user_agent: string;
  trace_id: string;
  facts: Record<string, string>;
}

/** The audit trail in PostgreSQL. */
export class PgAudit implements AuditStore {
  constructor(private readonly db: Statements) {}

  async add(record: AuditRecord): Promise<void> {
    await this.db.query(
      `INSERT INTO audit (at_ms, event, outcome, actor_user_id, actor_kind, session_id, subject_user_id, account_id, address,
         user_agent, trace_id, facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        record.atMs,
        record.event,
        record.outcome,
        record.actorUserId ?? '',
        record.actorKind ?? '',
        record.sessionId ?? '',
        record.subjectUserId ?? record.actorUserId ?? '',
        record.accountId ?? '',
        record.address ?? '',
        record.userAgent ?? '',
        record.traceId ?? '',
        JSON.stringify(record.facts ?? {}),
      ],
    );
  }

  async list(query: AuditQuery): Promise<readonly AuditEntryRecord[]> {
    const { rows } = await this.db.query<Row>(
      `SELECT * FROM audit
       WHERE ($1 = 0 OR seq < $1) AND ($2 = '' OR event = $2)
         AND ($3 = '' OR actor_user_id = $3 OR subject_user_id = $3) AND ($4 = '' OR account_id = $4)
         AND ($5 = 0 OR at_ms >= $5) AND ($6 = 0 OR at_ms < $6)
       ORDER BY seq DESC LIMIT $7`,
      [query.beforeSeq, query.event, query.userId, query.accountId, query.fromMs, query.toMs, query.limit],
    );
    return rows.map((row) => ({
      seq: row.seq,
      atMs: row.at_ms,
      event: row.event as AuditEvent,
      outcome: row.outcome,
      actorUserId: row.actor_user_id,
      actorKind: row.actor_kind,
      sessionId: row.session_id,
      subjectUserId: row.subject_user_id,
      accountId: row.account_id,
      address: row.address,
      userAgent: row.user_agent,
      traceId: row.trace_id,
      facts: row.facts,
    }));
  }
}
