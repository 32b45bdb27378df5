import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { AuthResolver } from './adapters/auth/auth.resolver.ts';
import { LiveResolver } from './adapters/graphql/live.resolver.ts';
import { OptionsResolver } from './adapters/graphql/options.resolver.ts';
import { MarketResolver } from './adapters/graphql/market.resolver.ts';
import { OrdersResolver } from './adapters/orders/orders.resolver.ts';
import { RiskResolver } from './adapters/orders/risk.resolver.ts';

/** Every resolver of the GraphQL schema. */
export const RESOLVERS = [MarketResolver, OptionsResolver, LiveResolver, AuthResolver, OrdersResolver, RiskResolver];

/** The text of docs/reference/schema.graphql, made from the decorators without any server or connection. */
export async function graphqlSchemaText(): Promise<string> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    const schema = await app.get(GraphQLSchemaFactory).create(RESOLVERS);
    return `${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await app.close();
  }
}
