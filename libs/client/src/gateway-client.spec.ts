import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@vega/testkit';
import { clientSource, type OpenApiDocument } from '../generate/openapi-types.ts';
import { callGateway, GatewayProblem, GatewayUnreachable } from './gateway-http.ts';
import { historical, knownQuote, overview, quote, search } from './gen/api.ts';

const problem = {
  type: 'about:blank',
  title: 'A service is away',
  status: 503,
  detail: 'market-feed does not answer',
  instance: '/api/v1/market/quote/X',
  code: 'SERVICE_UNAVAILABLE',
  retryable: true,
  trace_id: 'abc',
  context: {},
};

describe('a client of the gateway', () => {
  let server: Server;
  let baseUrl: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: string[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
  });

  const says = (status: number, body: unknown): void => {
    answer = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  };
  const failure = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'no failure',
      (error: unknown) => error,
    );

  it('asks with the path and the query encoded, and leaves out what was not given', async () => {
    says(200, { items: [], total: 0 });
    await search({ baseUrl }, { q: 'NIFTY & BANK', limit: 5, segment: undefined });
    await quote({ baseUrl }, { symbol: 'NSE_INDEX|Nifty 50/é' });
    await historical({ baseUrl }, { symbol: 'A', unit: 'minutes', interval: 5, from: '2026-11-02', to: '2026-11-23' });
    expect(asked).toEqual([
      'GET /api/v1/market/search?q=NIFTY+%26+BANK&limit=5',
      'GET /api/v1/market/quote/NSE_INDEX%7CNifty%2050%2F%C3%A9',
      'GET /api/v1/market/historical/A?unit=minutes&interval=5&from=2026-11-02&to=2026-11-23',
    ]);
  });

  it('sends the headers of a call that have a value', async () => {
    let headers: IncomingMessage['headers'] = {};
    answer = (request, response) => {
      headers = request.headers;
      response.end('{}');
    };
    const call = { operation: 'x', method: 'POST', path: '/x', headers: { 'Idempotency-Key': 'k1', other: undefined } };
    await callGateway({ baseUrl, headers: { mine: '1' } }, call, {});
    expect([headers['idempotency-key'], headers['other'], headers['mine']]).toEqual(['k1', undefined, '1']);
  });

  it('gives what was answered', async () => {
    says(200, { indices: [], vix: null, data_age_ms: 12 });
    expect((await overview({ baseUrl })).data_age_ms).toBe(12);
  });

  it('throws a problem with its code and what was known', async () => {
    says(503, { ...problem, known: { last_price: 10.5, stale: true } });
    const error = await failure(quote({ baseUrl }, { symbol: 'X' }));
    expect(error).toBeInstanceOf(GatewayProblem);
    expect((error as GatewayProblem).problem).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    expect(knownQuote(error)?.last_price).toBe(10.5);
    says(503, problem);
    expect(knownQuote(await failure(quote({ baseUrl }, { symbol: 'X' })))).toBeNull();
  });

  it('does not take the problem of one operation for the knowledge of another', async () => {
    says(503, { ...problem, known: { indices: [] } });
    expect(knownQuote(await failure(overview({ baseUrl })))).toBeNull();
  });

  it.each([
    [502, '<html>Bad gateway</html>'],
    [500, '{"error":"?"}'],
    [200, 'not json'],
    [404, '{}'],
  ])('an answer %s %j is nobody’s answer', async (status, body) => {
    says(status, body);
    const error = await failure(overview({ baseUrl }));
    expect(error).toBeInstanceOf(GatewayUnreachable);
    expect((error as GatewayUnreachable).status).toBe(status);
  });

  it('tells silence, a closed door and the caller’s own abort apart', async () => {
    answer = () => undefined;
    expect(await failure(overview({ baseUrl, timeoutMs: 30 }))).toMatchObject({ message: 'no answer in time' });
    const gone = await failure(overview({ baseUrl: 'http://127.0.0.1:1' }));
    expect(gone).toMatchObject({ name: 'GatewayUnreachable', message: 'the gateway cannot be reached' });
    const controller = new AbortController();
    const call = failure(overview({ baseUrl }, { signal: controller.signal }));
    controller.abort(new Error('left the page'));
    expect(await call).toMatchObject({ message: 'left the page' });
  });
});

describe('the client generator', () => {
  const root = projectRoot();
  const documentPath = join(root, 'docs/reference/openapi.json');

  it('gives the committed text', () => {
    expect(existsSync(documentPath)).toBe(true);
    const document = JSON.parse(readFileSync(documentPath, 'utf8')) as OpenApiDocument;
    expect(clientSource(document)).toBe(readFileSync(join(root, 'libs/client/src/gen/api.ts'), 'utf8'));
  });

  const withSchema = (schema: object): OpenApiDocument => ({ paths: {}, components: { schemas: { A: schema } } });

  it.each([
    [{ type: 'object', properties: { a: { type: 'tuple' } } }, /A\.a is of the type tuple/],
    [{ type: 'object', properties: { 'b-c': {} } }, /A\.b-c has no type/],
  ])('stops at what it does not know: %j', (schema, message) => {
    expect(() => clientSource(withSchema(schema))).toThrow(message);
  });

  it('sends a JSON body and headers, and stops at another body and at a cookie', () => {
    const responses = { 200: { content: { 'application/json': { schema: { type: 'string' } } } } };
    const at = (operation: object): OpenApiDocument => ({
      paths: { '/x': { post: { operationId: 'x', responses, ...operation } } },
      components: { schemas: {} },
    });
    expect(() => clientSource(at({ requestBody: {} }))).toThrow(/takes a body that is not JSON/);
    const schema = {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'array', items: { type: 'integer' } } },
    };
    const text = clientSource(at({ requestBody: { content: { 'application/json': { schema } } } }));
    expect(text).toContain('export interface XRequest {\n  body: {\n    a: number[];\n  };\n}');
    expect(text).toContain("method: 'POST', path: '/x', body: request.body }");
    const parameters = [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } }];
    const withHeader = clientSource(at({ parameters }));
    expect(withHeader).toContain('  idempotency_key?: string | undefined;\n');
    expect(withHeader).toContain("headers: { 'Idempotency-Key': request.idempotency_key } }");
    const cookie = [{ name: 'c', in: 'cookie', schema: { type: 'string' } }];
    expect(() => clientSource(at({ parameters: cookie }))).toThrow(/takes c in cookie/);
    expect(clientSource(at({}))).toContain('export function x(access: GatewayAccess');
  });

  it('writes optional fields, unions, arrays of unions, dictionaries and odd names', () => {
    const text = clientSource(
      withSchema({
        type: 'object',
        required: ['a'],
        properties: {
          a: { type: ['string', 'null'], enum: ['X', null], description: 'one\n*/ two' },
          'b-c': { type: 'array', items: { type: ['integer', 'null'] } },
          d: { type: 'object', additionalProperties: { type: 'boolean' } },
          e: { type: 'object', required: ['f'], properties: { f: { type: 'number' } } },
        },
      }),
    );
    expect(text).toContain("  /** one *\\/ two */\n  a: 'X' | null;\n");
    expect(text).toContain("  'b-c'?: (number | null)[];\n");
    expect(text).toContain('  d?: Record<string, boolean>;\n');
    expect(text).toContain('  e?: {\n    f: number;\n  };\n');
  });
});
