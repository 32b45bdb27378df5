import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import tls from 'node:tls';

/** How an account's calls leave this machine: the broker knows each user by a registered address. */
export type Egress =
  | { readonly kind: 'default' }
  /** From an address of this machine. */
  | { readonly kind: 'address'; readonly localAddress: string }
  /** Through a proxy that leaves from the registered address (HTTP CONNECT). */
  | { readonly kind: 'proxy'; readonly url: string };

/** Reads an egress as accounts tell it: nothing, an IP address, or the URL of a proxy. Undefined for anything else. */
export function parseEgress(text: string): Egress | undefined {
  if (text === '') return { kind: 'default' };
  if (isIP(text) !== 0) return { kind: 'address', localAddress: text };
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return { kind: 'proxy', url: text };
  return undefined;
}

/** Connections of one account, kept alive, by the protocol of the target. */
export interface EgressAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  close(): void;
}

const POOL = { keepAlive: true, keepAliveMsecs: 10_000, maxSockets: 32, scheduling: 'lifo' } as const;

/** Makes the connections of an egress. Node's client repeats nothing by itself; what breaks is told. */
export function createAgents(egress: Egress): EgressAgents {
  if (egress.kind === 'proxy') return proxyAgents(new URL(egress.url));
  const own = egress.kind === 'address' ? { ...POOL, localAddress: egress.localAddress } : POOL;
  return closing(new http.Agent(own), new https.Agent(own));
}

function closing(plain: http.Agent, secure: https.Agent): EgressAgents {
  return {
    http: plain,
    https: secure,
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

type Connected = (error: Error | null, socket?: import('node:stream').Duplex) => void;

function proxyAgents(proxy: URL): EgressAgents {
  const tunnel = (host: string, port: number, done: Connected): void => {
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port === '' ? 80 : Number(proxy.port),
      method: 'CONNECT',
      path: `${host}:${port}`,
      headers: {
        host: `${host}:${port}`,
        ...(proxy.username === ''
          ? {}
          : {
              'proxy-authorization': `Basic ${btoa(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`)}`,
            }),
      },
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return done(null, socket);
      socket.destroy();
      done(Object.assign(new Error('the proxy refused the tunnel'), { code: 'PROXY_REFUSED' }));
    });
    request.once('error', (error) =>
      done(Object.assign(new Error('no proxy', { cause: error }), { code: 'PROXY_UNREACHABLE' })),
    );
    request.end();
  };
  const plain = new http.Agent(POOL);
  plain.createConnection = (options, done) => {
    tunnel(String(options.host), Number(options.port), done as Connected);
    return undefined;
  };
  const secure = new https.Agent(POOL);
  secure.createConnection = (options, done) => {
    const name = String(options.host);
    tunnel(name, Number(options.port), (error, socket) => {
      if (error !== null || socket === undefined) return (done as Connected)(error);
      const safe = tls.connect({ socket, servername: name, ALPNProtocols: ['http/1.1'] });
      safe.once('secureConnect', () => (done as Connected)(null, safe));
      safe.once('error', (failure) => (done as Connected)(failure));
    });
    return undefined;
  };
  return closing(plain, secure);
}
