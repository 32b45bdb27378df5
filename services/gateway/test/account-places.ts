// Where the doors of the gateway take the id of an account, found in what they say of themselves: OpenAPI, the GraphQL schema,
// the fields of a channel, the messages of gRPC.
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';

/** Names that an account's id goes by, alone or in a list. */
export const ACCOUNT_NAME = /^accounts?(_?ids?)?$/i;

/** A part of JSON Schema as OpenAPI and zod write it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** The dotted names below a schema that are those of accounts. */
export function accountFieldsOf(schema: JsonSchema | undefined, path = ''): string[] {
  if (schema === undefined) return [];
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const here = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return ACCOUNT_NAME.test(name) ? [at] : accountFieldsOf(one, at);
  });
  const below = schema.items === undefined ? [] : accountFieldsOf(schema.items, `${path}[]`);
  return [...new Set([...here, ...below, ...inner.flatMap((one) => accountFieldsOf(one, path))])];
}

/** A value that fits a schema, whose accounts are all the given one. */
export function sampleOf(schema: JsonSchema | undefined, account: string, name = ''): unknown {
  if (schema === undefined) return undefined;
  if (schema.default !== undefined && !ACCOUNT_NAME.test(name)) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return sampleOf(choice, account, name);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'object' || schema.properties !== undefined) {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([key]) => schema.required?.includes(key) === true || accountFieldsOf(schema).includes(key))
        .map(([key, one]) => [key, sampleOf(one, account, key)]),
    );
  }
  if (type === 'array') return [sampleOf(schema.items, account, name)];
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (type === 'boolean') return true;
  return ACCOUNT_NAME.test(name) ? account : 'x'.repeat(Math.max(1, schema.minLength ?? 1));
}

/** The dotted names among the arguments of a GraphQL field that are those of accounts. */
export function accountArgsOf(
  args: readonly { readonly name: string; readonly type: GraphQLInputType }[],
  path = '',
  depth = 0,
): string[] {
  return args.flatMap(({ name, type }) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (ACCOUNT_NAME.test(name)) return [at];
    const inner = isNonNullType(type) ? type.ofType : type;
    if (!isInputObjectType(inner) || depth > 4) return [];
    return accountArgsOf(Object.values(inner.getFields()), at, depth + 1);
  });
}

/** A literal of an argument's type, whose accounts are all the given one. */
export function literalOf(type: GraphQLInputType, account: string, name = ''): string {
  if (isNonNullType(type)) return literalOf(type.ofType, account, name);
  if (isListType(type)) return `[${literalOf(type.ofType, account, name)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      ({ name: field, type: one }) => isNonNullType(one) || accountArgsOf([{ name: field, type: one }]).length > 0,
    );
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type, account, field.name)}`).join(', ')} }`;
  }
  if (isScalarType(type) && ['Int', 'Float', 'WholeNumber'].includes(type.name)) return '1';
  if (isScalarType(type) && type.name === 'Boolean') return 'true';
  return ACCOUNT_NAME.test(name) ? `"${account}"` : '"x"';
}

/** What is asked of an answer: the least that its type allows. */
export function selectionOf(type: GraphQLOutputType): string {
  if (isNonNullType(type) || isListType(type)) return selectionOf(type.ofType);
  return isObjectType(type) ? '{ __typename }' : '';
}
