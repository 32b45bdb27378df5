import type { Statements } from './pool.ts';

/** The first row of an answer; undefined when there is none. */
export async function firstRow<Row extends object>(
  db: Statements,
  text: string,
  values: readonly unknown[],
): Promise<Row | undefined> {
  const { rows } = await db.query<Row>(text, [...values]);
  return rows[0];
}

/** `SET a = $2, b = $3` for the keys of a change that are present, with their values; null clears a column. */
export function assignments(
  columns: Readonly<Record<string, string>>,
  change: Readonly<Record<string, unknown>>,
  first: number,
): { readonly sets: string[]; readonly values: unknown[] } {
  const sets: string[] = [];
  const values: unknown[] = [];
  for (const [name, value] of Object.entries(change)) {
    const column = columns[name];
    if (column === undefined) continue;
    sets.push(`${column} = $${first + values.length}`);
    values.push(value ?? null);
  }
  return { sets, values };
}
