import { gatewayApi, gatewayOptionsApi, grpcHealth, grpcReflection } from '@vega/contracts';
import type { AccessRule } from '../../app/access.ts';
import { method } from './methods.ts';

/** Full names of the services that the gateway serves by gRPC. */
export const SERVICE_NAMES = {
  marketData: 'vega.gateway.v1.MarketData',
  optionChains: 'vega.gateway.v1.OptionChains',
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

/** `vega.gateway.v1.OptionChains`. */
export const OPTION_CHAINS = {
  GetChain: method(
    `/${SERVICE_NAMES.optionChains}/GetChain`,
    gatewayOptionsApi.GetChainRequest,
    gatewayOptionsApi.GetChainResponse,
  ),
  StreamChain: method(
    `/${SERVICE_NAMES.optionChains}/StreamChain`,
    gatewayOptionsApi.StreamChainRequest,
    gatewayOptionsApi.StreamChainResponse,
    { response: true },
  ),
};

/** Who may call each method; health and reflection are open. */
export const MARKET_DATA_ACCESS = {
  GetQuotes: { scope: 'read' },
  StreamQuotes: { scope: 'read' },
} as const satisfies Record<keyof typeof MARKET_DATA, AccessRule>;

export const OPTION_CHAINS_ACCESS = {
  GetChain: { scope: 'read' },
  StreamChain: { scope: 'read' },
} as const satisfies Record<keyof typeof OPTION_CHAINS, AccessRule>;

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
