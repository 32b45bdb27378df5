/** Readiness by protocol: each probe speaks to the server as a client does and throws while it is not able to work. */
import { connect } from 'node:net';
import pg from 'pg';

/** Sends `request` once connected and resolves with all text received when `isDone` says it is complete. */
function converse(
  host: string,
  port: number,
  request: string,
  isDone: (received: string) => boolean,
  withinMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let received = '';
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
    socket.once('connect', () => socket.write(request));
    socket.once('error', (error) => finish(() => reject(error)));
    socket.once('close', () => finish(() => reject(new Error(`${host}:${port} closed the connection`))));
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (isDone(received)) finish(() => resolve(received));
    });
  });
}

/** Resolves when a nats-server answers a ping and its JetStream answers an API request. */
export async function probeNats(url: string, withinMs = 2_000): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const user =
    username === '' ? '' : `,"user":"${decodeURIComponent(username)}","pass":"${decodeURIComponent(password)}"`;
  const inbox = `_INBOX.probe${Math.random().toString(36).slice(2)}`;
  const request =
    `CONNECT {"verbose":false,"pedantic":false,"name":"probe","lang":"probe","version":"1","protocol":1,"headers":true,"no_responders":true${user}}\r\n` +
    `SUB ${inbox} 1\r\nPUB $JS.API.INFO ${inbox} 0\r\n\r\n`;
  const answer = await converse(
    hostname,
    Number(port || 4222),
    request,
    (text) => /\r\nH?MSG [^\r]*\r\n[^]*\r\n/.test(text) || text.includes('-ERR'),
    withinMs,
  );
  if (answer.includes('-ERR')) throw new Error(`nats-server refuses: ${/-ERR [^\r]*/.exec(answer)?.[0] ?? ''}`);
  if (!answer.includes('account_info_response') || /"error":\{/.test(answer)) {
    throw new Error('JetStream is not enabled on this nats-server');
  }
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
