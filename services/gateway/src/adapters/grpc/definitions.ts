import { gatewayApi, grpcHealth, grpcReflection } from '@vega/contracts';
import { method } from './methods.ts';

/** Full names of the services that the gateway serves by gRPC. */
export const SERVICE_NAMES = {
  marketData: 'vega.gateway.v1.MarketData',
  health: 'grpc.health.v1.Health',
  reflection: 'grpc.reflection.v1.ServerReflection',
  reflectionAlpha: 'grpc.reflection.v1alpha.ServerReflection',
} as const;

/** `vega.gateway.v1.MarketData`. */
export const MARKET_DATA = {
  GetQuotes: method(
    `/${SERVICE_NAMES.marketData}/GetQuotes`,
    gatewayApi.GetQuotesRequest,
    gatewayApi.GetQuotesResponse,
  ),
  StreamQuotes: method(
    `/${SERVICE_NAMES.marketData}/StreamQuotes`,
    gatewayApi.StreamQuotesRequest,
    gatewayApi.StreamQuotesResponse,
    { response: true },
  ),
};

/** `grpc.health.v1.Health`. */
export const HEALTH = {
  Check: method(`/${SERVICE_NAMES.health}/Check`, grpcHealth.HealthCheckRequest, grpcHealth.HealthCheckResponse),
  Watch: method(`/${SERVICE_NAMES.health}/Watch`, grpcHealth.HealthCheckRequest, grpcHealth.HealthCheckResponse, {
    response: true,
  }),
};

/** Server reflection; both versions have the same messages on the wire. */
export function reflectionDefinition(service: string) {
  const { ServerReflectionRequest, ServerReflectionResponse } = grpcReflection;
  const path = `/${service}/ServerReflectionInfo`;
  const both = { request: true, response: true };
  return { ServerReflectionInfo: method(path, ServerReflectionRequest, ServerReflectionResponse, both) };
}
