/**
 * Goal: a statement that runs within a trace is a span of it, named by what it does and never by its values.
 *
 * Method: the pool's `query` and that of each client it hands out are wrapped by hand. The pool runs its own statements
 * through a client with a callback, which nobody else does: that call is left alone, so that no statement counts twice.
 *
 * Invariants: outside of a recorded trace nothing is made; text and values of a statement never reach a span.
 */
import { SpanKind, trace } from '@opentelemetry/api';
import type pg from 'pg';
import { withSpan } from './telemetry.ts';

type Query = (...args: unknown[]) => unknown;

/** Makes spans of the statements that run through a pool within a trace. Call it once, before the pool is used. */
export function traceStatements(pool: pg.Pool): void {
  wrap(pool as unknown as { query: Query });
  pool.on('connect', (client) => wrap(client as unknown as { query: Query }));
}

function wrap(target: { query: Query }): void {
  const query = target.query.bind(target);
  target.query = (...args) => {
    const isOurs = typeof args.at(-1) !== 'function' && trace.getActiveSpan()?.isRecording() === true;
    if (!isOurs) return query(...args);
    const statement = describeStatement(args[0]);
    return withSpan(
      `pg ${statement.summary}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'db.system.name': 'postgresql',
          'db.operation.name': statement.operation,
          'db.query.summary': statement.summary,
        },
      },
      async () => query(...args),
    );
  };
}

/** What a statement does: its first word, and its name or else the first table it names. */
export function describeStatement(statement: unknown): { readonly operation: string; readonly summary: string } {
  const config = (typeof statement === 'object' ? statement : undefined) as { text?: unknown; name?: unknown } | null;
  const given = typeof statement === 'string' ? statement : config?.text;
  const text = typeof given === 'string' ? given : '';
  const operation = /^\s*(?:--[^\n]*\n\s*)*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  if (typeof config?.name === 'string') return { operation, summary: config.name };
  const table = /\b(?:from|into|update|table(?:\s+if(?:\s+not)?\s+exists)?)\s+([a-z_][a-z0-9_.]*)/i.exec(text)?.[1];
  return { operation, summary: table === undefined ? operation : `${operation} ${table.toLowerCase()}` };
}
