// What the handlers of the gateway declare, read from the marks of the framework.
import { Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants';
import type { AccessRule } from '../src/app/access.ts';
import { ACCESS } from '../src/adapters/http/access.ts';
import * as grpc from '../src/adapters/grpc/definitions.ts';
import { GatewayModule } from '../src/gateway.module.ts';
import { RESOLVERS } from '../src/graphql-schema.ts';
import type { MethodDefinition } from '@grpc/grpc-js';

type Class = new (...parts: never[]) => object;

/** A handler and what it declares. */
export interface Declared {
  readonly name: string;
  readonly rule: AccessRule | undefined;
}

const reflector = new Reflector();

/** Every REST controller of the gateway. */
export const CONTROLLERS = Reflect.getMetadata('controllers', GatewayModule) as Class[];

/** Methods of a class that carry one of the framework's marks. */
export function handlersOf(owner: Class, mark: string): Declared[] {
  return Object.getOwnPropertyNames(owner.prototype).flatMap((name) => {
    const method = (owner.prototype as Record<string, unknown>)[name];
    if (name === 'constructor' || typeof method !== 'function' || !Reflect.hasMetadata(mark, method)) return [];
    const rule = reflector.getAllAndOverride<AccessRule | undefined>(ACCESS, [method as () => void, owner]);
    return [{ name: `${owner.name}.${name}`, rule }];
  });
}

/** Every handler of REST. */
export const REST: readonly Declared[] = CONTROLLERS.flatMap((one) => handlersOf(one, PATH_METADATA));

/** Every field of GraphQL that is asked for; its name in the schema is that of the method unless the mark says otherwise. */
export const GRAPHQL: readonly Declared[] = RESOLVERS.flatMap((one) =>
  handlersOf(one as Class, 'graphql:resolver_type'),
);

/** The rule of a field of GraphQL by its name in the schema. */
export function graphqlRuleOf(kind: 'Query' | 'Mutation' | 'Subscription', field: string): AccessRule | undefined {
  for (const owner of RESOLVERS as Class[]) {
    for (const name of Object.getOwnPropertyNames(owner.prototype)) {
      const method = (owner.prototype as Record<string, unknown>)[name];
      if (typeof method !== 'function' || Reflect.getMetadata('graphql:resolver_type', method) !== kind) continue;
      const given = Reflect.getMetadata('graphql:resolver_name', method) as string | undefined;
      if ((given ?? name) !== field) continue;
      return reflector.getAllAndOverride<AccessRule | undefined>(ACCESS, [method as () => void, owner]);
    }
  }
  return undefined;
}

/** A method of gRPC and its rule. */
export interface DeclaredCall {
  readonly name: string;
  readonly method: MethodDefinition<object, object>;
  readonly rule: AccessRule | undefined;
}

/** Every method of gRPC but those that every server has (health, reflection); a service without a table has no rules. */
export function grpcCalls(definitions: Readonly<Record<string, unknown>> = grpc): DeclaredCall[] {
  return Object.entries(definitions).flatMap(([service, methods]) => {
    if (!isService(service, methods)) return [];
    const rules = (definitions[`${service}_ACCESS`] ?? {}) as Readonly<Record<string, AccessRule>>;
    return Object.entries(methods).map(([name, method]) => ({
      name: `${service}.${name}`,
      method,
      rule: rules[name],
    }));
  });
}

function isService(name: string, value: unknown): value is Record<string, MethodDefinition<object, object>> {
  if (name === 'HEALTH' || typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((one: unknown) => typeof one === 'object' && one !== null && 'path' in one);
}
