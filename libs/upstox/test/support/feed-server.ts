import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeFrame, INFO, INITIAL, LIVE } from './frames.ts';

/** How the server treats the next request of a kind. */
export type Fault = 'ok' | 'html-403' | 'hang' | number;

/** One feed connection as the server sees it. */
export interface ServerSide {
  readonly socket: WebSocket;
  readonly token: string;
  readonly subscribed: Map<string, string>;
  /** Sends nothing any more, but stays open and answers pings. */
  isMute: boolean;
  /** Does not even answer pings. */
  isDead: boolean;
}

interface Command {
  readonly method: string;
  readonly data: { readonly mode?: string; readonly instrumentKeys: readonly string[] };
}

const MODES = ['ltpc', 'option_greeks', 'full', 'full_d30'];

/** A small Upstox market feed on a free port: authorize, redirect, one-time codes, limits, snapshots and changes, faults. */
export class FeedServer {
  readonly tokens = new Set<string>();
  maxConnections = 2;
  /** Says whether a connection may carry these modes; what it refuses is a violation. */
  allows: (modes: readonly string[]) => boolean = (modes) => modes.length <= 5_000;
  segmentStatus: Record<string, number> = { NSE_FO: 2, NSE_EQ: 2, NSE_INDEX: 2 };
  sendsMarketInfo = true;
  sendsSnapshots = true;
  currentTs = 1_773_202_500_000;
  readonly connections = new Set<ServerSide>();
  readonly authorizeFaults: Fault[] = [];
  readonly handshakeFaults: Fault[] = [];
  /** Everything the client did that it must not do. */
  readonly violations: string[] = [];
  readonly commands: Command[] = [];
  authorizations = 0;
  handshakes = 0;
  mostConnections = 0;
  /** Connections opened and closed, by token, in order. */
  readonly log: string[] = [];
  readonly last = new Map<string, object>();
  private readonly hanging = new Set<Duplex>();
  private readonly codes = new Map<string, string>();
  private readonly http: Server;
  private readonly sockets = new WebSocketServer({ noServer: true, autoPong: false });

  private constructor() {
    this.http = createServer((request, response) => this.onRequest(request, response));
    this.http.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
  }

  static async start(token: string): Promise<FeedServer> {
    const server = new FeedServer();
    server.tokens.add(token);
    await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Sets the market and sends the changes to whoever subscribed them. */
  publish(feeds: Readonly<Record<string, object>>): void {
    this.currentTs += 7;
    for (const [key, feed] of Object.entries(feeds)) this.last.set(key, feed);
    for (const connection of this.connections) {
      const theirs = Object.fromEntries(Object.entries(feeds).filter(([key]) => connection.subscribed.has(key)));
      if (Object.keys(theirs).length > 0) {
        this.send(connection, encodeFrame({ type: LIVE, currentTs: this.currentTs, feeds: theirs }));
      }
    }
  }

  /** Tells every connection the status of the segments. */
  announce(segmentStatus: Record<string, number>): void {
    this.segmentStatus = { ...this.segmentStatus, ...segmentStatus };
    this.currentTs += 1;
    for (const connection of this.connections) this.sendInfo(connection);
  }

  send(connection: ServerSide, frame: Uint8Array | string): void {
    if (!connection.isMute && !connection.isDead) connection.socket.send(frame);
  }

  /** The instruments subscribed over all connections. */
  subscribedKeys(): string[] {
    return [...this.connections].flatMap(({ subscribed }) => [...subscribed.keys()]).sort();
  }

  /** Kills every connection without a word. */
  drop(): void {
    for (const { socket } of this.connections) socket.terminate();
  }

  async stop(): Promise<void> {
    this.drop();
    for (const socket of this.hanging) socket.destroy();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.authorizations += 1;
    const fault = this.authorizeFaults.shift() ?? 'ok';
    if (fault === 'hang') return;
    if (fault === 'html-403') {
      response.writeHead(403).end('<!doctype html><html>blocked</html>');
      return;
    }
    const token = tokenOf(request);
    const status = fault === 'ok' ? (this.tokens.has(token) ? 200 : 401) : fault;
    response.writeHead(status, { 'content-type': 'application/json' });
    if (status !== 200) {
      const code = status === 401 ? 'UDAPI100050' : 'UDAPI100500';
      response.end(JSON.stringify({ status: 'error', errors: [{ errorCode: code, error_code: code, message: 'no' }] }));
      return;
    }
    const url = this.oneTimeUrl(token);
    response.end(
      JSON.stringify({ status: 'success', data: { authorized_redirect_uri: url, authorizedRedirectUri: url } }),
    );
  }

  private oneTimeUrl(token: string): string {
    const code = `code-${this.codes.size}-${Math.random()}`;
    this.codes.set(code, token);
    const path = '/market-data-feeder/v3/upstox-developer-api/feeds';
    return `${this.origin.replace('http', 'ws')}${path}?requestId=r&code=${code}`;
  }

  private onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'http://feed');
    if (url.pathname === '/v3/feed/market-data-feed') {
      const token = tokenOf(request);
      if (!this.tokens.has(token)) return refuse(socket, 401);
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${this.oneTimeUrl(token)}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.handshakes += 1;
    const fault = this.handshakeFaults.shift() ?? 'ok';
    if (fault === 'hang') {
      this.hanging.add(socket);
      return;
    }
    if (fault !== 'ok') return refuse(socket, fault === 'html-403' ? 403 : fault);
    const code = url.searchParams.get('code') ?? '';
    const token = this.codes.get(code);
    this.codes.delete(code);
    if (token === undefined) return refuse(socket, 403);
    if (!this.tokens.has(token)) return refuse(socket, 401);
    if (this.connections.size >= this.maxConnections) {
      this.violations.push('more connections than allowed');
      return refuse(socket, 403);
    }
    this.sockets.handleUpgrade(request, socket, head, (accepted) => this.onConnection(accepted, token));
  }

  private onConnection(socket: WebSocket, token: string): void {
    const connection: ServerSide = { socket, token, subscribed: new Map(), isMute: false, isDead: false };
    this.connections.add(connection);
    this.mostConnections = Math.max(this.mostConnections, this.connections.size);
    this.log.push(`open ${token}`);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.log.push(`close ${token}`);
    });
    socket.on('error', () => undefined);
    socket.on('ping', (data) => {
      if (!connection.isDead) socket.pong(data);
    });
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.violations.push('a command in a text frame');
      this.onCommand(connection, JSON.parse((data as Buffer).toString()) as Command);
    });
    if (this.sendsMarketInfo) this.sendInfo(connection);
  }

  private sendInfo(connection: ServerSide): void {
    const marketInfo = { segmentStatus: this.segmentStatus };
    this.send(connection, encodeFrame({ type: INFO, currentTs: this.currentTs, marketInfo }));
  }

  private onCommand(connection: ServerSide, command: Command): void {
    this.commands.push(command);
    const { method, data } = command;
    for (const key of data.instrumentKeys) {
      if (method === 'unsub') {
        if (!connection.subscribed.delete(key)) this.violations.push(`unsub of ${key}, which is not subscribed`);
        continue;
      }
      if (!MODES.includes(data.mode ?? '')) this.violations.push(`mode ${data.mode}`);
      if (connection.subscribed.has(key) === (method === 'sub')) this.violations.push(`${method} of ${key}`);
      connection.subscribed.set(key, data.mode ?? '');
    }
    if (!this.allows([...connection.subscribed.values()])) this.violations.push('more instruments than allowed');
    const known = method === 'unsub' ? [] : data.instrumentKeys.filter((key) => this.last.has(key));
    if (!this.sendsSnapshots || known.length === 0) return;
    const feeds = Object.fromEntries(known.map((key) => [key, this.last.get(key) ?? {}]));
    this.send(connection, encodeFrame({ type: INITIAL, currentTs: this.currentTs, feeds }));
  }
}

function tokenOf(request: IncomingMessage): string {
  return (request.headers.authorization ?? '').replace('Bearer ', '');
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
