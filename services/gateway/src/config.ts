import { baseConfigShape, configTypes } from '@vega/platform';
import { z } from 'zod';
import { DEFAULT_STREAM_LIMITS, type StreamLimits } from './app/stream/limits.ts';

const count = z.coerce.number().int().min(1).max(100_000);

/** What the gateway reads from its environment. */
export const gatewayConfig = z.object({
  ...baseConfigShape,
  VEGA_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free port. */
  VEGA_HTTP_PORT: configTypes.port.default(8080),
  VEGA_REDIS_URL: configTypes.redisUrl,
  /** Where the market comes from: `live` is told behind TLS, a simulator may offer a demo user. */
  VEGA_UPSTOX_ENV: z.enum(['simulator', 'live']).optional(),
  /** The user whom the sign-in page of a simulated platform is filled with. */
  VEGA_DEMO_EMAIL: z.string().min(3).optional(),
  VEGA_DEMO_PASSWORD: z.string().min(12).optional(),
  /** Origins of browser pages besides the gateway's own, separated by commas. */
  VEGA_HTTP_CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/ })))
    .optional(),
  /** Folder of the built web app; absent = no web app. */
  VEGA_WEB_DIR: z.string().min(1).optional(),
  /** gRPC listens on the host of HTTP; 0 takes a free port. */
  VEGA_GRPC_PORT: configTypes.port.default(50_051),
  /** Requests a client may make per minute over all replicas; 0 = as many as it likes. */
  VEGA_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).max(10_000_000).default(6_000),
  /** Addresses or networks of proxies whose `X-Forwarded-For` is believed, separated by commas. */
  VEGA_HTTP_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((proxy) => proxy.trim()))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])))
    .optional(),
  /** `development` turns the GraphQL playground and introspection on. */
  VEGA_ENV: z.enum(['development', 'production']).optional(),
  NODE_ENV: z.string().optional(),
  VEGA_STREAM_MAX_CLIENTS: count.default(DEFAULT_STREAM_LIMITS.maxClients),
  /** Instruments that one stream client may hold. */
  VEGA_STREAM_MAX_INSTRUMENTS: count.default(DEFAULT_STREAM_LIMITS.maxInstruments),
  /** Milliseconds between two flushes at the full rate. */
  VEGA_STREAM_FLUSH_MS: z.coerce.number().int().min(20).max(1_000).default(DEFAULT_STREAM_LIMITS.flushMs),
  /** Unsent bytes of a client from which its flushes are skipped. */
  VEGA_STREAM_SOFT_BUFFER_BYTES: z.coerce.number().int().min(1_024).default(DEFAULT_STREAM_LIMITS.softBufferBytes),
  /** Milliseconds a client may stay behind before it is closed. */
  VEGA_STREAM_STALL_MS: z.coerce.number().int().min(100).default(DEFAULT_STREAM_LIMITS.stallMs),
  VEGA_STREAM_HEARTBEAT_MS: z.coerce.number().int().min(100).default(DEFAULT_STREAM_LIMITS.heartbeatMs),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** Whether this is a developer's own machine; VEGA_ENV decides where it is set. */
export function isDevelopment(config: GatewayConfig): boolean {
  return (config.VEGA_ENV ?? config.NODE_ENV) === 'development';
}

/** Window of the rate limits. */
export const RATE_WINDOW_MS = 60_000;

/** The stream's limits as configured. */
export function streamLimits(config: GatewayConfig): StreamLimits {
  return {
    ...DEFAULT_STREAM_LIMITS,
    maxClients: config.VEGA_STREAM_MAX_CLIENTS,
    maxInstruments: config.VEGA_STREAM_MAX_INSTRUMENTS,
    flushMs: config.VEGA_STREAM_FLUSH_MS,
    softBufferBytes: config.VEGA_STREAM_SOFT_BUFFER_BYTES,
    hardBufferBytes: Math.max(DEFAULT_STREAM_LIMITS.hardBufferBytes, config.VEGA_STREAM_SOFT_BUFFER_BYTES * 2),
    stallMs: config.VEGA_STREAM_STALL_MS,
    heartbeatMs: config.VEGA_STREAM_HEARTBEAT_MS,
  };
}
