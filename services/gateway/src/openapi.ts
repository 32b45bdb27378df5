import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { SERVICE_CONTEXT } from '@vega/platform';
import { AuthCalls } from './adapters/auth/auth-calls.ts';
import { AUTH_CONTROLLERS, UNPREFIXED } from './adapters/auth/auth-controllers.ts';
import { AUTH_COOKIES } from './adapters/auth/auth-cookies.ts';
import { HealthController } from './adapters/http/health.controller.ts';
import { MarketController } from './adapters/http/market.controller.ts';
import { MarketViews } from './adapters/http/market-views.ts';
import { OptionsController } from './adapters/http/options.controller.ts';
import { OptionsViews } from './adapters/http/options-views.ts';
import { ORDER_CONTROLLERS } from './adapters/orders/order-controllers.ts';
import { OrderViews } from './adapters/orders/order-views.ts';
import { RiskViews } from './adapters/orders/risk-views.ts';
import { FeedWatch } from './app/stream/status/feed-watch.ts';

/** Prefix of every REST endpoint. */
export const API_PREFIX = 'api/v1';

const DESCRIPTION = [
  'Market data, options and orders of NSE and BSE. Prices are rupees as JSON numbers with at most two decimals, exact to the paisa; quantities',
  'are units (shares or contracts), not lots; instants come as ISO 8601 with +05:30 and as epoch milliseconds. What is not',
  'known is null, never 0. Errors are application/problem+json (RFC 9457) with a stable `code`. Live updates come over the',
  'WebSocket at /stream, described in docs/reference/stream.md.',
].join(' ');

/** The OpenAPI 3.1 document of an application's controllers. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('VEGA-TRADE')
    .setVersion('1')
    .setDescription(DESCRIPTION)
    .setOpenAPIVersion('3.1.0')
    .addTag('market', 'Quotes, depth, candles, instruments, the feed.')
    .addTag('options', 'Chains with Greeks, smiles, analytics, payoffs.')
    .addTag('orders', 'Placing, changing, cancelling and following orders.')
    .addTag('risk', 'Limits and kill switches.')
    .addTag('auth', 'People, sessions, API keys, broker accounts and their logins.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' })
    .addTag('health', 'Whether the gateway runs and can do its work.')
    .build();
  return SwaggerModule.createDocument(app, outline, {
    operationIdFactory: (_controller, method) => method,
  });
}

/** Nothing is asked while the document is built, so nothing needs to answer. */
const NOBODY = [
  MarketViews,
  OptionsViews,
  OrderViews,
  RiskViews,
  FeedWatch,
  AuthCalls,
  AUTH_COOKIES,
  SERVICE_CONTEXT,
].map((provide) => ({ provide, useValue: {} }));

@Module({
  controllers: [MarketController, OptionsController, HealthController, ...AUTH_CONTROLLERS, ...ORDER_CONTROLLERS],
  providers: NOBODY,
})
class DescribedModule {}

/** Builds the document without any server or connection; what the committed docs/reference/openapi.json holds. */
export async function buildOpenApiDocument(): Promise<OpenAPIObject> {
  const app = await NestFactory.create<NestFastifyApplication>(DescribedModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  try {
    app.setGlobalPrefix(API_PREFIX, { exclude: [...UNPREFIXED] });
    return describeApi(app);
  } finally {
    await app.close();
  }
}

/** The text of docs/reference/openapi.json. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(await buildOpenApiDocument(), null, 2)}\n`;
}
