import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const SELF = "'self'";

/**
 * What a page of ours may load: its own files, and inline style, which the documentation page and the charts set on
 * elements. Nothing of other hosts, no inline script, no frame.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': [SELF],
  'script-src': [SELF],
  'script-src-attr': ["'none'"],
  'style-src': [SELF, "'unsafe-inline'"],
  'img-src': [SELF, 'data:', 'blob:'],
  'font-src': [SELF, 'data:'],
  'connect-src': [SELF],
  'worker-src': [SELF],
  'object-src': ["'none'"],
  'base-uri': [SELF],
  'form-action': [SELF],
  'frame-ancestors': ["'none'"],
};

/** What the GraphQL playground, which loads itself from other hosts, adds to that. */
const PLAYGROUND = [SELF, 'https:', "'unsafe-inline'"];

/** Sets security headers on every answer. Transport security is told only where the gateway stands behind TLS. */
export async function secureHeaders(
  fastify: FastifyInstance,
  options: { readonly isBehindTls: boolean; readonly playground: boolean },
): Promise<void> {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: options.playground
        ? {
            ...CONTENT_SECURITY_POLICY,
            'script-src': PLAYGROUND,
            'style-src': PLAYGROUND,
            'connect-src': [SELF, 'https:'],
          }
        : CONTENT_SECURITY_POLICY,
    },
    strictTransportSecurity: options.isBehindTls ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}
