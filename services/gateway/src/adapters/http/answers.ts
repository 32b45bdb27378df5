import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { ErrorCode } from '@vega/contracts';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { PROBLEM_KINDS } from './problem-table.ts';

/** What every endpoint may answer instead. */
const ANYWHERE: readonly ErrorCode[] = ['BAD_REQUEST', 'METHOD_NOT_ALLOWED', 'URL_TOO_LONG', 'INTERNAL'];

/** What every endpoint that asks market-feed may answer besides. */
export const MARKET_CODES: readonly ErrorCode[] = ['SERVICE_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'UNAUTHENTICATED'];

/** What may come of asking the broker. */
export const BROKER_CODES: readonly ErrorCode[] = [
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TOKEN',
  'UPSTREAM_RATE_LIMITED',
  'RATE_LIMITED',
];

/**
 * Documents an endpoint: its view (under 200 unless `status` is given), every code it may tell by HTTP status, and whether failures of the market's side carry
 * what was `known` before.
 */
export function Answers(
  view: Type,
  summary: string,
  codes: readonly ErrorCode[],
  options: { known?: boolean; description?: string; status?: number } = {},
): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...ANYWHERE, ...codes]) {
    const { status } = PROBLEM_KINDS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(Problem, view),
    ApiOperation({ summary, ...(options.description === undefined ? {} : { description: options.description }) }),
    ApiResponse({ status: options.status ?? 200, type: view, description: summary }),
    ...[...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, told]) =>
        ApiResponse({
          status,
          description: `${PROBLEM_KINDS[told[0] ?? 'INTERNAL'].title}. Codes: ${told.join(', ')}.`,
          content: { [PROBLEM_TYPE]: { schema: problemSchema(view, options.known === true && status >= 503) } },
        }),
      ),
  );
}

type Schema = NonNullable<NonNullable<Parameters<typeof ApiResponse>[0]['content']>[string]['schema']>;

function problemSchema(view: Type, carriesKnown: boolean): Schema {
  const problem = { $ref: getSchemaPath(Problem) };
  if (!carriesKnown) return problem;
  const known = {
    anyOf: [{ $ref: getSchemaPath(view) }, { type: 'null' }],
    description: 'What was seen last, marked stale and with its age; null when nothing was.',
  };
  return { allOf: [problem, { type: 'object', required: ['known'], properties: { known } }] } as Schema;
}
