import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { parseIstDate, SUPPORTED_SEGMENTS } from '@vega/kernel';
import { z } from 'zod';
import { RequestInvalid } from './problem.ts';

const MAX_SYMBOL_LENGTH = 80;

/** An instrument key or trading symbol, as it stands in a path after one decoding. */
export const symbolSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_SYMBOL_LENGTH)
  .regex(/^[\x20-\x7e]+$/, 'has printable ASCII characters only')
  .describe('Instrument key (`SEGMENT|token`, URL-encoded) or trading symbol.');

/** Query of `historical`: its shape; the limits of spans are a rule of the market. */
export const candleQuerySchema = z.strictObject({
  unit: z.string().max(20).describe('minutes, hours, days, weeks or months.'),
  interval: wholeNumber(1, 300).describe('Units per candle: 1 to 300 minutes, 1 to 5 hours, else 1.'),
  from: z.string().max(20).describe('First day, YYYY-MM-DD (IST), included.'),
  to: z.string().max(20).describe('Last day, YYYY-MM-DD (IST), included.'),
});
export type CandleQuery = z.output<typeof candleQuerySchema>;

/** Query of `search`. */
export const searchQuerySchema = z.strictObject({
  q: z.string().trim().min(1).max(64).describe('Words of a trading symbol or name.'),
  segment: commaList((item) => SUPPORTED_SEGMENTS.some((one) => one === item), SUPPORTED_SEGMENTS.join(', '))
    .optional()
    .describe('Segments, separated by commas; all when absent.'),
  type: commaList((item) => /^[A-Z0-9]{1,8}$/.test(item), 'instrument types such as EQ, INDEX, FUT, CE, PE')
    .optional()
    .describe('Instrument types (EQ, INDEX, FUT, CE, PE, or a series of the exchange), separated by commas.'),
  expiry: z
    .string()
    .refine((text) => parseIstDate(text) !== undefined, 'is a date of the form YYYY-MM-DD')
    .optional()
    .describe('Expiry date, YYYY-MM-DD.'),
  limit: wholeNumber(1, 100).default(20).describe('1 to 100; 20 when absent.'),
  offset: wholeNumber(0, 10_000).default(0).describe('How many of the best to leave out, 0 to 10,000.'),
});
export type SearchQuery = z.output<typeof searchQuerySchema>;

/** Query of endpoints that take none. */
export const noQuerySchema = z.strictObject({});

/** A list in one parameter. */
function commaList(isAllowed: (item: string) => boolean, allowed: string): z.ZodType<string[], string> {
  return z
    .string()
    .max(200)
    .refine((text) => splitList(text).every(isAllowed), `is a list, separated by commas, of ${allowed}`)
    .transform(splitList);
}

function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** A whole number written in decimal digits. */
function wholeNumber(min: number, max: number): z.ZodType<number> {
  const read = (text: unknown): unknown => (typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : text);
  return z.preprocess(read, z.int(`is a whole number from ${min} to ${max}`).min(min).max(max));
}

/**
 * Validates what a handler's parameter declares by `{ schema }` and names every field at fault. Registered globally:
 * without a pipe that reads them, such schemas validate nothing.
 */
export class EdgeValidation implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.schema === undefined) return value;
    return validated(metadata.schema, value, metadata.data ?? metadata.type);
  }
}

/** The value as its schema reads it. Throws {@link RequestInvalid} that names every field at fault; `name` is the value's own. */
export async function validated<Schema extends StandardSchema>(
  schema: Schema,
  value: unknown,
  name: string,
): Promise<Output<Schema>> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value as Output<Schema>;
  throw new RequestInvalid(
    result.issues.flatMap((issue) => {
      const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
      const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
      if (unknown.length > 0)
        return unknown.map((field) => ({ field, problem: 'is not a parameter of this endpoint' }));
      return [{ field: path.join('.') || name, problem: issue.message }];
    }),
  );
}

type StandardSchema = NonNullable<ArgumentMetadata['schema']>;
type Output<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output'];
