import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { projectRoot } from '@vega/testkit';
import { PROBLEM_KINDS } from '../src/adapters/http/problem-table.ts';
import { buildOpenApiDocument, openApiText } from '../src/openapi.ts';

let document: OpenAPIObject;

beforeAll(async () => {
  document = await buildOpenApiDocument();
});

const json = (): Record<string, unknown> => JSON.parse(JSON.stringify(document)) as Record<string, unknown>;

/** Every object inside a value, with the path to it. */
function* objectsIn(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) yield* objectsIn(inner, `${path}/${name}`);
}

describe('the OpenAPI document', () => {
  it('is what is committed', async () => {
    const file = join(projectRoot(), 'docs/reference/openapi.json');
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(await openApiText());
  });

  it('is 3.1 and describes every endpoint', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/health/live',
        '/api/v1/health/ready',
        '/api/v1/market/depth/{symbol}',
        '/api/v1/market/historical/{symbol}',
        '/api/v1/market/market-feed/status',
        '/api/v1/market/overview',
        '/api/v1/market/quote/{symbol}',
        '/api/v1/market/search',
        '/api/v1/options/analytics',
        '/api/v1/options/chain',
        '/api/v1/options/expiries/{instrument_key}',
        '/api/v1/options/history/iv',
        '/api/v1/options/payoff',
        '/api/v1/options/smile',
        '/api/v1/options/underlyings',
      ]),
    );
  });

  it('has no dangling reference, no word of 3.0, and a type or reference for every property', () => {
    for (const [path, node] of objectsIn(json())) {
      const reference = node['$ref'];
      if (typeof reference === 'string') {
        const found = reference
          .slice(2)
          .split('/')
          .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], json());
        expect([path, reference, typeof found]).toEqual([path, reference, 'object']);
      }
      expect([path, 'nullable' in node]).toEqual([path, false]);
      if (!path.endsWith('/properties')) continue;
      for (const [name, schema] of Object.entries(node as Record<string, Record<string, unknown>>)) {
        const told = ['type', '$ref', 'anyOf', 'allOf', 'enum'].some((word) => word in schema);
        expect([path, name, told]).toEqual([path, name, true]);
      }
    }
  });

  it.each([
    ['/api/v1/market/quote/{symbol}', ['symbol']],
    ['/api/v1/market/depth/{symbol}', ['symbol']],
    ['/api/v1/market/historical/{symbol}', ['from', 'interval', 'symbol', 'to', 'unit']],
    ['/api/v1/market/search', ['expiry', 'limit', 'offset', 'q', 'segment', 'type']],
    ['/api/v1/market/overview', []],
    ['/api/v1/options/chain', ['expiry_date', 'greeks', 'instrument_key']],
    ['/api/v1/options/history/iv', ['days', 'instrument_key']],
  ])('%s documents its parameters %j', (path, names) => {
    const operation = document.paths[path]?.get;
    const parameters = (operation?.parameters ?? []) as { name: string; description?: string; in: string }[];
    expect(parameters.map((parameter) => parameter.name).sort()).toEqual(names);
    for (const parameter of parameters)
      expect([parameter.name, parameter.description ?? '']).not.toEqual([parameter.name, '']);
  });

  it('documents every error as a problem, by the status that the table gives its codes', () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.values(item as Record<string, { responses?: object }>).map(({ responses }) => [path, responses] as const),
    );
    for (const [path, answers] of operations) {
      const responses = Object.entries(answers ?? {}) as [string, { description: string; content?: object }][];
      const errors = responses.filter(([status]) => Number(status) >= 400);
      const told = errors.flatMap(([status, { description, content }]) => {
        expect([path, status, Object.keys(content ?? {})]).toEqual([path, status, ['application/problem+json']]);
        const codes = /Codes: (.*)\.$/.exec(description)?.[1]?.split(', ') ?? [];
        for (const code of codes) {
          expect([code, PROBLEM_KINDS[code as keyof typeof PROBLEM_KINDS].status]).toEqual([code, Number(status)]);
        }
        return codes;
      });
      expect([path, told]).toEqual([path, expect.arrayContaining(['BAD_REQUEST', 'INTERNAL', 'METHOD_NOT_ALLOWED'])]);
      if (path.includes('/market/') || path.includes('/options/')) {
        expect([path, told]).toEqual([path, expect.arrayContaining(['SERVICE_UNAVAILABLE', 'DEADLINE_EXCEEDED'])]);
      }
      if (path.includes('{symbol}'))
        expect([path, told]).toEqual([path, expect.arrayContaining(['UNKNOWN_INSTRUMENT'])]);
    }
  });

  it('says that null is possible wherever a figure may be missing, and in what unit it comes', () => {
    const quote = document.components?.schemas?.['QuoteView'] as {
      properties: Record<string, Record<string, unknown>>;
    };
    for (const name of ['last_price', 'bid_price', 'lower_circuit', 'volume', 'oi']) {
      expect([name, quote.properties[name]?.['type']]).toEqual([name, [expect.any(String), 'null']]);
      expect(quote.properties[name]?.['description']).toMatch(/Rupees|Units/);
    }
  });
});
