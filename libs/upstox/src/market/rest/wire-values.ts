import { parseInstrumentKey, parseIstDate, rupeesToPaise } from '@vega/kernel';
import { z } from 'zod';
import { UpstoxError } from '../../wire/upstox-error.ts';

/** Beyond this a price in rupees has no exact paise; no exchange prints it. */
const MAX_RUPEES = 4.5e13;

/** A price in rupees, to paise. */
export const rupees = z.number().min(-MAX_RUPEES).max(MAX_RUPEES).transform(rupeesToPaise);

/** A price that indices and untraded instruments leave out: paise or null. */
export const rupeesOrNull = rupees.nullish().transform((value) => value ?? null);

/** A quantity, volume or open interest: a whole number, though the wire may print it as a double. */
export const units = z.int().min(0);
/** A quantity that indices leave out: a whole number or null. */
export const unitsOrNull = units.nullish().transform((value) => value ?? null);

/** A whole number that may be negative. */
export const signedUnitsOrNull = z
  .int()
  .nullish()
  .transform((value) => value ?? null);

/** Epoch milliseconds, as a number. */
export const epochMs = z.int().positive();

/** Epoch milliseconds that the wire prints as text, or leaves out. */
export const epochMsTextOrNull = z
  .union([
    z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number),
    epochMs,
  ])
  .nullish()
  .transform((value) => (value ? value : null));

/** An ISO 8601 instant with offset, to epoch milliseconds. */
export const isoInstant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A `YYYY-MM-DD` date, possibly followed by a time, to an IST date. */
export const istDateText = z.string().transform((text, context) => {
  const date = parseIstDate(text.slice(0, 10));
  if (date !== undefined) return date;
  context.addIssue({ code: 'custom', message: 'not a date of the form YYYY-MM-DD' });
  return z.NEVER;
});

/** `SEGMENT|token` of a supported segment. */
export const supportedKey = z.string().transform((text, context) => {
  const key = parseInstrumentKey(text);
  if (key.ok) return key.value;
  context.addIssue({ code: 'custom', message: key.error.message });
  return z.NEVER;
});

/** A part of a reply that could not be read, by the name the reply gives it. */
export interface RowFault {
  /** Index, map key or instrument key of the row. */
  readonly row: string;
  readonly reason: string;
}

/** What zod found wrong first, as one line: the path and the message. */
export function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'unreadable';
  const path = issue.path.map(String).join('.');
  return (path === '' ? issue.message : `${path}: ${issue.message}`).slice(0, 200);
}

/** Reads a whole reply by a schema. Throws `UPSTOX_BAD_REPLY` naming the first thing wrong. */
export function readAs<T>(api: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badReply(api, reasonOf(parsed.error));
}

/** A list of rows of which some may be unreadable. */
export interface Rows<T> {
  readonly rows: readonly T[];
  /** Rows left out because they could not be read. */
  readonly invalid: readonly RowFault[];
}

/** Reads a list row by row; unreadable rows are named, a reply that is no list throws `UPSTOX_BAD_REPLY`. */
export function readRows<T>(
  api: string,
  read: (row: unknown) => { success: true; data: T } | { success: false; error: z.ZodError },
  value: unknown,
): Rows<T> {
  if (!Array.isArray(value)) throw badReply(api, 'data is not a list');
  const rows: T[] = [];
  const invalid: RowFault[] = [];
  for (const [at, row] of (value as unknown[]).entries()) {
    const parsed = read(row);
    if (parsed.success) rows.push(parsed.data);
    else invalid.push({ row: String(at), reason: reasonOf(parsed.error) });
  }
  return { rows, invalid };
}

/** The error for a success whose content is not the documented shape. */
export function badReply(api: string, reason: string): UpstoxError {
  return new UpstoxError('UPSTOX_BAD_REPLY', `the answer is not the documented shape: ${reason}`, 'unknown', { api });
}
