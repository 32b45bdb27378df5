import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance } from 'fastify';

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

/** What an answer carries besides helmet's headers, and helmet does not set. */
const NOT_SECURITY = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive']);

interface HeaderOptions {
  readonly isBehindTls: boolean;
  readonly playground: boolean;
}

/** Sets security headers on every answer. Transport security is told only where the gateway stands behind TLS. */
export async function secureHeaders(server: FastifyInstance, options: HeaderOptions): Promise<void> {
  // They are the same for all: helmet is asked once, since it puts its policies together anew for each answer.
  const headers = await headersOfHelmet(options);
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

async function headersOfHelmet({ isBehindTls, playground }: HeaderOptions): Promise<Record<string, string>> {
  const asked = fastify();
  await asked.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: playground
        ? {
            ...CONTENT_SECURITY_POLICY,
            'script-src': PLAYGROUND,
            'style-src': PLAYGROUND,
            'connect-src': [SELF, 'https:'],
          }
        : CONTENT_SECURITY_POLICY,
    },
    strictTransportSecurity: isBehindTls ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  asked.get('/', (_request, reply) => reply.send(''));
  const { headers } = await asked.inject('/');
  await asked.close();
  const kept = Object.entries(headers).filter(([name]) => !NOT_SECURITY.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
