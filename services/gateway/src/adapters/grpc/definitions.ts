import { gatewayApi, gatewayOptionsApi, gatewayOrdersApi, grpcHealth, grpcReflection } from '@vega/contracts';
import type { AccessRule } from '../../app/access.ts';
import { method } from './methods.ts';

/** Full names of the services that the gateway serves by gRPC. */
export const SERVICE_NAMES = {
  marketData: 'vega.gateway.v1.MarketData',
  optionChains: 'vega.gateway.v1.OptionChains',
  orders: 'vega.gateway.v1.Orders',
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

/** `vega.gateway.v1.Orders`. */
export const ORDERS = {
  PlaceOrder: method(
    `/${SERVICE_NAMES.orders}/PlaceOrder`,
    gatewayOrdersApi.PlaceOrderRequest,
    gatewayOrdersApi.PlaceOrderResponse,
  ),
  PreviewOrder: method(
    `/${SERVICE_NAMES.orders}/PreviewOrder`,
    gatewayOrdersApi.PreviewOrderRequest,
    gatewayOrdersApi.PreviewOrderResponse,
  ),
  ModifyOrder: method(
    `/${SERVICE_NAMES.orders}/ModifyOrder`,
    gatewayOrdersApi.ModifyOrderRequest,
    gatewayOrdersApi.ModifyOrderResponse,
  ),
  CancelOrder: method(
    `/${SERVICE_NAMES.orders}/CancelOrder`,
    gatewayOrdersApi.CancelOrderRequest,
    gatewayOrdersApi.CancelOrderResponse,
  ),
  CancelAllOrders: method(
    `/${SERVICE_NAMES.orders}/CancelAllOrders`,
    gatewayOrdersApi.CancelAllOrdersRequest,
    gatewayOrdersApi.CancelAllOrdersResponse,
  ),
  GetOrder: method(
    `/${SERVICE_NAMES.orders}/GetOrder`,
    gatewayOrdersApi.GetOrderRequest,
    gatewayOrdersApi.GetOrderResponse,
  ),
  GetOrderBook: method(
    `/${SERVICE_NAMES.orders}/GetOrderBook`,
    gatewayOrdersApi.GetOrderBookRequest,
    gatewayOrdersApi.GetOrderBookResponse,
  ),
  GetTrades: method(
    `/${SERVICE_NAMES.orders}/GetTrades`,
    gatewayOrdersApi.GetTradesRequest,
    gatewayOrdersApi.GetTradesResponse,
  ),
  EngageKillSwitch: method(
    `/${SERVICE_NAMES.orders}/EngageKillSwitch`,
    gatewayOrdersApi.EngageKillSwitchRequest,
    gatewayOrdersApi.EngageKillSwitchResponse,
  ),
  StreamOrders: method(
    `/${SERVICE_NAMES.orders}/StreamOrders`,
    gatewayOrdersApi.StreamOrdersRequest,
    gatewayOrdersApi.StreamOrdersResponse,
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

const IN_REQUEST = { in: 'request', name: 'accountId' } as const;

/** The account of an order that is named by its id is looked at by orders. */
export const ORDERS_ACCESS = {
  PlaceOrder: { scope: 'trade', account: IN_REQUEST },
  PreviewOrder: { scope: 'read', account: IN_REQUEST },
  ModifyOrder: { scope: 'trade' },
  CancelOrder: { scope: 'trade' },
  CancelAllOrders: { scope: 'trade', account: IN_REQUEST },
  GetOrder: { scope: 'read' },
  GetOrderBook: { scope: 'read', account: IN_REQUEST },
  GetTrades: { scope: 'read', account: IN_REQUEST },
  EngageKillSwitch: { scope: 'trade', account: IN_REQUEST },
  StreamOrders: { scope: 'read', account: IN_REQUEST },
} as const satisfies Record<keyof typeof ORDERS, AccessRule>;

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
