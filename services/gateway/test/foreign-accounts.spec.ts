// Whatever door takes the id of an account is knocked at with that of somebody else. The list is made from what the doors say
// of themselves and from their declarations: a door that is added is knocked at by itself, and one that takes an account
// without declaring where it stands fails.
import { eventually } from '@vega/testkit';
import { buildSchema, type GraphQLField } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { AccessRule } from '../src/app/access.ts';
import { ERROR_METADATA } from '../src/adapters/grpc/grpc-errors.ts';
import { graphqlSchemaText } from '../src/graphql-schema.ts';
import { buildOpenApiDocument } from '../src/openapi.ts';
import {
  ACCOUNT_NAME,
  accountArgsOf,
  accountFieldsOf,
  literalOf,
  sampleOf,
  selectionOf,
  type JsonSchema,
} from './account-places.ts';
import { graphqlRuleOf, grpcCalls, REST } from './declared-handlers.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { GrpcProbe } from './grpc-client.ts';
import { StreamProbe } from './stream-probe.ts';

const FOREIGN = 'acc_foreign';
const OWN = 'acc_own';
const REFUSALS = ['ACCOUNT_NOT_FOUND', 'PERMISSION_DENIED'];

/** A door that takes an account. */
interface Door {
  readonly name: string;
  /** Where it takes it, as it would have to be declared. */
  readonly places: readonly string[];
  readonly rule: AccessRule | undefined;
  /** Knocks for an account; tells the code of the refusal, or what happened instead. */
  knock(account: string, token: string): Promise<{ readonly code: string; readonly status?: number }>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: JsonSchema }[];
  readonly requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

let gateway: GatewayUnderTest;
let doors: Door[];

beforeAll(async () => {
  gateway = await startGateway({ VEGA_RATE_LIMIT_PER_MINUTE: '100000' }, 'own');
  gateway.auth.addAccount(FOREIGN, 'usr_somebody_else');
  gateway.auth.addAccount(OWN, 'usr_guest');
  await gateway.auth.told();
  doors = [...(await restDoors()), ...(await graphqlDoors()), ...streamDoors(), ...grpcDoors()];
}, 120_000);

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

async function restDoors(): Promise<Door[]> {
  const document = await buildOpenApiDocument();
  const all = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return all.flatMap(({ path, method, operation }) => {
    const parameters = operation.parameters ?? [];
    const body = operation.requestBody?.content['application/json']?.schema;
    const places = [
      ...parameters.filter(({ name }) => ACCOUNT_NAME.test(name)).map((one) => `${one.in}:${one.name}`),
      ...accountFieldsOf(body).map((name) => `body:${name}`),
    ];
    const rule = REST.find(({ name }) => name.endsWith(`.${operation.operationId}`))?.rule;
    if (places.length === 0 && placeOf(rule) === undefined) return [];
    const knock: Door['knock'] = async (account, token) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => (ACCOUNT_NAME.test(name) ? account : 'x1'));
      const query = new URLSearchParams(
        parameters
          .filter((one) => one.in === 'query' && (one.required === true || ACCOUNT_NAME.test(one.name)))
          .map((one): [string, string] => [one.name, String(sampleOf(one.schema, account, one.name) ?? account)]),
      );
      const { status, body: answer } = await gateway.get(`${filled}?${query.toString()}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(sampleOf(body, account)) }),
      });
      return { status, code: String(answer['code'] ?? 'served') };
    };
    return [{ name: `${method} ${path}`, places, rule, knock }];
  });
}

async function graphqlDoors(): Promise<Door[]> {
  const schema = buildSchema(await graphqlSchemaText());
  const fields = [
    ...Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ['Query', field] as const),
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ['Mutation', field] as const),
    ...Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map((field) => ['Subscription', field] as const),
  ];
  return fields.flatMap(([kind, field]) => {
    const places = accountArgsOf(field.args).map((name) => `args:${name}`);
    const rule = graphqlRuleOf(kind, field.name);
    if (places.length === 0 && placeOf(rule) === undefined) return [];
    const knock: Door['knock'] = (account, token) =>
      kind === 'Subscription' ? subscribed(field, account, token) : queried(kind, field, account, token);
    return [{ name: `${kind} ${field.name}`, places, rule, knock }];
  });
}

function textOf(kind: string, field: GraphQLField<unknown, unknown>, account: string): string {
  const args = field.args
    .filter((one) => one.type.toString().endsWith('!') || accountArgsOf([one]).length > 0)
    .map((one) => `${one.name}: ${literalOf(one.type, account, one.name)}`);
  const given = args.length === 0 ? '' : `(${args.join(', ')})`;
  return `${kind.toLowerCase()} { ${field.name}${given} ${selectionOf(field.type)} }`;
}

async function queried(kind: string, field: GraphQLField<unknown, unknown>, account: string, token: string) {
  const { body } = await gateway.get('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: textOf(kind, field, account) }),
  });
  const [error] = (body['errors'] ?? []) as { extensions: { code: string } }[];
  return { code: error?.extensions.code ?? 'served' };
}

async function subscribed(field: GraphQLField<unknown, unknown>, account: string, token: string) {
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { token } });
  try {
    for await (const result of client.iterate({ query: textOf('subscription', field, account) })) {
      return { code: String(result.errors?.[0]?.extensions?.['code'] ?? 'served') };
    }
    return { code: 'served' };
  } catch (error) {
    const [first] = error as { extensions?: { code?: string } }[];
    return { code: first?.extensions?.code ?? String(error) };
  } finally {
    await client.dispose();
  }
}

function streamDoors(): Door[] {
  return gateway.channels.flatMap(({ name, access, request }) => {
    const schema = z.toJSONSchema(z.object(request), { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    const places = accountFieldsOf(schema).map((field) => `request:${field}`);
    if (places.length === 0 && placeOf(access) === undefined) return [];
    const knock: Door['knock'] = async (account, token) => {
      const probe = await StreamProbe.open(gateway.url);
      probe.send({ op: 'authenticate', id: 1, token });
      await probe.reply(1);
      probe.send({ op: 'subscribe', id: 2, channel: name, ...(sampleOf(schema, account) as object) });
      const reply = await probe.reply(2);
      probe.close();
      return { code: String(reply['code'] ?? 'served') };
    };
    return [{ name: `channel ${name}`, places, rule: access, knock }];
  });
}

function grpcDoors(): Door[] {
  return grpcCalls().flatMap(({ name, method, rule }) => {
    const empty = method.requestDeserialize(Buffer.alloc(0)) as Record<string, unknown>;
    const fields = Object.keys(empty).filter((field) => ACCOUNT_NAME.test(field));
    if (fields.length === 0 && placeOf(rule) === undefined) return [];
    const knock: Door['knock'] = async (account, token) => {
      const probe = new GrpcProbe(gateway.grpc);
      const named = fields.map((field) => [field, Array.isArray(empty[field]) ? [account] : account]);
      try {
        await probe.call(method, { ...empty, ...Object.fromEntries(named) }, 5_000, token);
        return { code: 'served' };
      } catch (error) {
        const [code] =
          (error as { metadata?: { get(name: string): unknown[] } }).metadata?.get(ERROR_METADATA.code) ?? [];
        return { code: String(code ?? error) };
      } finally {
        probe.close();
      }
    };
    return [{ name: `gRPC ${name}`, places: fields.map((field) => `request:${field}`), rule, knock }];
  });
}

/** Where a rule says that the account stands. */
function placeOf(rule: AccessRule | undefined): string | undefined {
  if (rule === undefined || 'open' in rule || rule.account === undefined) return undefined;
  return `${rule.account.in}:${rule.account.name}`;
}

/** What admins look up may be about anybody's account. */
const isForAdmins = (rule: AccessRule | undefined): boolean =>
  rule !== undefined && !('open' in rule) && rule.role === 'admin';

describe('doors that take an account', () => {
  it('are found at REST, and declare where it stands', () => {
    expect(doors.filter(({ name }) => /^(GET|POST|PATCH|DELETE) /.test(name)).length).toBeGreaterThanOrEqual(4);
    for (const { name, places, rule } of doors) {
      if (isForAdmins(rule)) continue;
      expect([name, places]).toEqual([name, [placeOf(rule)]]);
    }
  });

  it('give nobody the account of somebody else', async () => {
    const strongest = gateway.auth.token({ role: 'admin', scopes: ['read', 'trade'], mfa: true });
    for (const { name, rule, knock } of doors) {
      if (isForAdmins(rule)) continue;
      const { code, status } = await knock(FOREIGN, strongest);
      expect([name, REFUSALS.includes(code) ? 'refused' : code]).toEqual([name, 'refused']);
      if (status !== undefined) expect([name, [403, 404].includes(status)]).toEqual([name, true]);
    }
  }, 120_000);

  it('let its owner pass', async () => {
    const owner = gateway.auth.token({ userId: 'usr_guest', mfa: true });
    const first = doors.find(({ rule }) => !isForAdmins(rule));
    await eventually(async () => !REFUSALS.includes((await first?.knock(OWN, owner))?.code ?? ''), {
      withinMs: 30_000,
      what: 'a gateway that knows the account',
    });
    for (const { name, rule, knock } of doors) {
      if (isForAdmins(rule)) continue;
      const { code } = await knock(OWN, owner);
      expect([name, REFUSALS.includes(code)]).toEqual([name, false]);
    }
  }, 120_000);
});

describe('the search for such doors', () => {
  it('finds accounts wherever they stand', () => {
    const schema = {
      type: 'object',
      properties: {
        legs: { type: 'array', items: { type: 'object', properties: { account_id: { type: 'string' } } } },
        account: { type: 'string' },
      },
    } as const;
    expect(accountFieldsOf(schema)).toEqual(['legs[].account_id', 'account']);
    expect(sampleOf(schema, FOREIGN)).toEqual({ account: FOREIGN });
    const planted = buildSchema(`
      input Basket { account_ids: [String!]!, side: String! }
      type Query { order(account_id: String!, n: Int!): String, basket(input: Basket!): String, none(id: String): String }`);
    const fields = Object.values(planted.getQueryType()?.getFields() ?? {});
    expect(fields.map((field) => accountArgsOf(field.args))).toEqual([['account_id'], ['input.account_ids'], []]);
    expect(fields.slice(0, 2).map((field) => textOf('Query', field, FOREIGN))).toEqual([
      'query { order(account_id: "acc_foreign", n: 1)  }',
      'query { basket(input: { account_ids: ["acc_foreign"], side: "x" })  }',
    ]);
  });

  it('reads the marks that the framework sets', () => {
    expect(graphqlRuleOf('Query', 'accounts')).toEqual({ scope: 'read' });
    expect(graphqlRuleOf('Subscription', 'accounts')).toEqual({ scope: 'read' });
    expect(graphqlRuleOf('Query', 'nothing')).toBeUndefined();
  });
});
