/** Readiness by protocol: each probe speaks to the server as a client does and throws while it is not able to work. */
import { connect } from 'node:net';
import { nkeys } from '@nats-io/nats-core';
import pg from 'pg';

/** What a server said so far, and what is to be sent to it in answer; nothing while it has not said enough. */
type Talk = (received: string) => string | undefined;

/** Sends `request` once connected and resolves with all text received when `isDone` says it is complete. */
function converse(
  host: string,
  port: number,
  request: string | Talk,
  isDone: (received: string) => boolean,
  withinMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let received = '';
    let asked = typeof request === 'string';
    const finish = (outcome: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      outcome();
    };
    const timer = setTimeout(
      () => finish(() => reject(new Error(`${host}:${port} did not answer within ${withinMs} ms`))),
      withinMs,
    );
    socket.setEncoding('utf8');
    if (typeof request === 'string') socket.once('connect', () => socket.write(request));
    socket.once('error', (error) => finish(() => reject(error)));
    socket.once('close', () => finish(() => reject(new Error(`${host}:${port} closed the connection`))));
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (!asked && typeof request !== 'string') {
        const words = request(received);
        if (words !== undefined) socket.write(words);
        asked = words !== undefined;
      } else if (isDone(received)) finish(() => resolve(received));
    });
  });
}

/**
 * Resolves when a nats-server answers a ping and its JetStream answers an API request. With users on the server the
 * probe signs as the user whose seed is given, in whose inboxes it listens.
 */
export async function probeNats(
  url: string,
  options: { seed?: string | undefined; user?: string; withinMs?: number } = {},
): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const inbox = `${options.seed === undefined ? '_INBOX' : `_INBOX_${options.user ?? 'operator'}`}.probe${Math.random().toString(36).slice(2)}`;
  const answer = await converse(
    hostname,
    Number(port || 4222),
    (received) => {
      const info = /^INFO (.*)\r\n/.exec(received)?.[1];
      if (info === undefined) return undefined;
      const proof = proofOf(info, options.seed, decodeURIComponent(username), decodeURIComponent(password));
      const hello = {
        verbose: false,
        pedantic: false,
        name: 'probe',
        lang: 'probe',
        version: '1',
        protocol: 1,
        headers: true,
        no_responders: true,
        ...proof,
      };
      return `CONNECT ${JSON.stringify(hello)}\r\nSUB ${inbox} 1\r\nPUB $JS.API.INFO ${inbox} 0\r\n\r\n`;
    },
    (text) => /\r\nH?MSG [^\r]*\r\n[^]*\r\n/.test(text) || text.includes('-ERR'),
    options.withinMs ?? 2_000,
  );
  if (answer.includes('-ERR')) throw new Error(`nats-server refuses: ${/-ERR [^\r]*/.exec(answer)?.[0] ?? ''}`);
  if (!answer.includes('account_info_response') || /"error":\{/.test(answer)) {
    throw new Error('JetStream is not enabled on this nats-server');
  }
}

/** The part of CONNECT that says who we are: a signature of the server's nonce, a name and password, or nothing. */
function proofOf(info: string, seed: string | undefined, user: string, pass: string): Record<string, string> {
  const { nonce } = JSON.parse(info) as { nonce?: string };
  if (seed !== undefined && nonce !== undefined) {
    const key = nkeys.fromSeed(new TextEncoder().encode(seed));
    const signature = Buffer.from(key.sign(new TextEncoder().encode(nonce))).toString('base64url');
    return { nkey: key.getPublicKey(), sig: signature };
  }
  return user === '' ? {} : { user, pass };
}

/** Resolves when a Redis server answers PING. */
export async function probeRedis(url: string, withinMs = 2_000): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const credentials = [username, password].filter(Boolean).map(decodeURIComponent);
  const auth = password === '' ? '' : `AUTH ${credentials.join(' ')}\r\n`;
  const answer = await converse(
    hostname,
    Number(port || 6379),
    `${auth}PING\r\n`,
    (text) => text.includes('+PONG') || text.startsWith('-'),
    withinMs,
  );
  if (!answer.includes('+PONG')) throw new Error(`Redis refuses: ${answer.split('\r\n')[0] ?? ''}`);
}

/** Resolves when PostgreSQL runs a query. */
export async function probePostgres(url: string, withinMs = 2_000): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs, query_timeout: withinMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}
