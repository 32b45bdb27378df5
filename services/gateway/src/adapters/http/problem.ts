import { ERROR_CODES, isErrorCode, type ErrorCode } from '@vega/contracts';
import { OperationalError, OutcomeError } from '@vega/kernel';
import { HttpException } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { MarketFailure } from '../../app/market-queries.ts';
import { RiskCheckView, type DenialView } from '../orders/risk-check.view.ts';
import { codeOfStatus, PROBLEM_KINDS } from './problem-table.ts';

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** One thing that is wrong with a request. */
export class FieldProblem {
  @ApiProperty({ type: String, description: 'Name of the parameter, with dots into objects.' })
  field!: string;

  @ApiProperty({ type: String })
  problem!: string;
}

/** An error as every endpoint tells it (RFC 9457, media type application/problem+json). */
export class Problem {
  @ApiProperty({ type: String, description: 'Names the kind of problem; one per code.' })
  type!: string;

  @ApiProperty({ type: String })
  title!: string;

  @ApiProperty({ type: 'integer' })
  status!: number;

  @ApiProperty({ type: String, description: 'What happened this time, for a person.' })
  detail!: string;

  @ApiProperty({ type: String, description: 'The path that was asked for.' })
  instance!: string;

  @ApiProperty({
    type: String,
    enum: Object.keys(ERROR_CODES),
    description: 'Stable; never renamed or given another meaning.',
  })
  code!: ErrorCode;

  @ApiProperty({ type: Boolean, description: 'Whether an identical retry can succeed later.' })
  retryable!: boolean;

  @ApiProperty({ type: String, description: 'Finds this request in logs and traces.' })
  trace_id!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Facts by name, such as the limits broken.' })
  context!: Record<string, unknown>;

  @ApiProperty({ type: [FieldProblem], required: false, description: 'Present when parameters are at fault.' })
  errors?: FieldProblem[];

  @ApiProperty({
    type: [RiskCheckView],
    required: false,
    description: 'Present when an order is denied: every check with its numbers, in precedence order.',
  })
  checks?: RiskCheckView[];
}

/** Parameters that do not fit their schema. */
export class RequestInvalid extends OutcomeError {
  constructor(readonly fields: readonly FieldProblem[]) {
    super('BAD_REQUEST', fields.map(({ field, problem }) => `${field}: ${problem}`).join('; '));
  }
}

/** An order that was denied, with what every check found. */
export class OrderDenied extends OutcomeError {
  constructor(
    readonly orderId: string,
    readonly denial: DenialView,
  ) {
    super(denial.code, denial.message, { order_id: orderId }, denial.retryable);
  }
}

/** market-feed gave no answer; `known` is the view of what was seen before, or null. */
export class MarketUnavailable extends Error {
  override readonly name = 'MarketUnavailable';
  constructor(
    readonly failure: MarketFailure,
    readonly known: object | null,
  ) {
    super(failure.message, { cause: failure });
  }
}

/** A problem body and whether its cause belongs in the log. */
export interface ToldProblem {
  readonly body: Problem & { known?: object | null };
  readonly isOurs: boolean;
}

/** Tells an error; whatever is not known to be the client's or the market's is a defect without detail. */
export function toProblem(error: unknown, instance: string, traceId: string): ToldProblem {
  if (error instanceof MarketUnavailable) {
    const { body, isOurs } = toProblem(error.failure, instance, traceId);
    return { body: { ...body, known: error.known }, isOurs };
  }
  const tell = (code: ErrorCode, detail: string, context: Record<string, unknown> = {}): Problem =>
    problemOf(code, detail, instance, traceId, context);
  if (error instanceof RequestInvalid) {
    return { body: { ...tell(codeOf(error), error.message), errors: [...error.fields] }, isOurs: false };
  }
  if (error instanceof OrderDenied) {
    return {
      body: { ...tell(codeOf(error), error.message, { ...error.context }), checks: error.denial.checks },
      isOurs: false,
    };
  }
  if (error instanceof OutcomeError || error instanceof OperationalError) {
    const known = isErrorCode(error.code);
    const body = known ? tell(codeOf(error), error.message, { ...error.context }) : tell('INTERNAL', OUR_DEFECT);
    return { body, isOurs: !known };
  }
  if (error instanceof HttpException) {
    const code = codeOfStatus(error.getStatus());
    return { body: tell(code, code === 'INTERNAL' ? OUR_DEFECT : error.message), isOurs: code === 'INTERNAL' };
  }
  const refusal = refusalOfServer(error);
  if (refusal !== undefined) return { body: tell(codeOfStatus(refusal.statusCode), refusal.message), isOurs: false };
  return { body: tell('INTERNAL', OUR_DEFECT), isOurs: true };
}

/** What the HTTP server itself refuses, such as a body that it cannot read, has a status of the client's kind. */
function refusalOfServer(error: unknown): { readonly statusCode: number; readonly message: string } | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode, message } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return { statusCode, message };
}

const OUR_DEFECT = 'a defect on our side; it is logged under the trace id';

function codeOf(error: { readonly code: string }): ErrorCode {
  return isErrorCode(error.code) ? error.code : 'INTERNAL';
}

/** The body of a problem. */
export function problemOf(
  code: ErrorCode,
  detail: string,
  instance: string,
  traceId: string,
  context: Record<string, unknown> = {},
): Problem {
  const { status, title } = PROBLEM_KINDS[code];
  return {
    type: `urn:vega-trade:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    instance,
    code,
    retryable: ERROR_CODES[code].retryable,
    trace_id: traceId,
    context,
  };
}
