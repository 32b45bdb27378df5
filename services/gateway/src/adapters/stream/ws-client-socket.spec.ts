import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { WsClientSocket } from './ws-client-socket.ts';

let http: Server;
let server: WebSocketServer;
let client: WebSocket;
let ws: WebSocket;
let raw: Socket;
const heard: string[] = [];
let waiting: { most: number; resolve: () => void } | undefined;

/** Resolves once the client has heard so many messages in all. */
const untilHeard = (most: number): Promise<void> =>
  new Promise((resolve) => {
    if (heard.length >= most) resolve();
    else waiting = { most, resolve };
  });

beforeEach(async () => {
  heard.length = 0;
  http = createServer();
  server = new WebSocketServer({ server: http, perMessageDeflate: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const connected = new Promise<void>((resolve) => {
    server.once('connection', (socket, request) => {
      ws = socket;
      raw = request.socket;
      resolve();
    });
  });
  client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  client.on('message', (data: Buffer, isBinary) => {
    heard.push(isBinary ? 'binary' : data.toString());
    if (waiting !== undefined && heard.length >= waiting.most) waiting.resolve();
  });
  await connected;
});

afterEach(async () => {
  client.terminate();
  server.close();
  await new Promise((resolve) => http.close(resolve));
});

it('sends messages in their order, shared ones and others, of every length that a frame has a header for', async () => {
  const socket = new WsClientSocket(ws, raw);
  const sent: string[] = [];
  for (const length of [0, 1, 100, 123, 124, 125, 126, 3_000, 65_533, 65_534, 65_535, 65_536, 200_000]) {
    const tail = length > 3 ? `₹${'x'.repeat(length - 3)}` : 'x'.repeat(length);
    socket.send({ head: 'h', body: Buffer.from(tail) });
    socket.send(`after ${length}`);
    sent.push(`h${tail}`, `after ${length}`);
  }
  await untilHeard(sent.length);
  expect(heard).toEqual(sent);
});

it('counts what was sent as unsent until the end of the turn, and lets control frames pass between', async () => {
  const socket = new WsClientSocket(ws, raw);
  const body = Buffer.from('shared');
  socket.send({ head: 'one ', body });
  expect(socket.bufferedBytes).toBe(10);
  const answered = new Promise((resolve) => ws.once('pong', resolve));
  ws.ping();
  socket.send({ head: 'two ', body });
  await untilHeard(2);
  await answered;
  expect(heard).toEqual(['one shared', 'two shared']);
  expect(socket.bufferedBytes).toBe(0);
});

it('says what it was given before its farewell, and nothing after it', async () => {
  const socket = new WsClientSocket(ws, raw);
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  socket.send({ head: 'last ', body: Buffer.from('words') });
  socket.close(1001, 'GOING_AWAY');
  socket.send({ head: 'too ', body: Buffer.from('late') });
  expect(await closed).toBe(1001);
  expect(heard).toEqual(['last words']);
});

it('takes no harm from a connection that ends while it writes', async () => {
  const socket = new WsClientSocket(ws, raw);
  const ended = new Promise((resolve) => ws.once('close', resolve));
  raw.destroy();
  socket.send({ head: 'to ', body: Buffer.from('nobody') });
  socket.send('nor this');
  await ended;
  socket.send('nor that');
  await new Promise((resolve) => setImmediate(resolve));
  expect([heard, socket.bufferedBytes]).toEqual([[], 0]);
});
