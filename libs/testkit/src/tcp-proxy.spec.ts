import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from './eventually.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
const overheard: string[] = [];
const clients: Socket[] = [];
const addresses: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((socket) => {
    addresses.push(socket.remoteAddress);
    socket.on('error', () => undefined).on('data', (piece) => socket.write(`<${piece.toString()}>`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  proxy = await startTcpProxy({ targetPort: port, onSent: (piece) => overheard.push(piece.toString()) });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

function open(localAddress = '127.0.0.1'): Promise<{ socket: Socket; heard: () => string; closed: () => boolean }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, localAddress });
    clients.push(socket);
    let [heard, closed] = ['', false];
    socket.on('data', (piece) => (heard += piece.toString()));
    socket.on('close', () => (closed = true));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve({ socket, heard: () => heard, closed: () => closed });
    });
  });
}

const soon = { withinMs: 10_000, everyMs: 5 };

it('passes both ways from the same address, listening in', async () => {
  const client = await open('127.0.0.3');
  client.socket.write('one');
  await eventually(() => client.heard() === '<one>', soon);
  expect(addresses.at(-1)).toBe('127.0.0.3');
  expect(overheard).toContain('one');
});

it('holds back while stalled, and then passes in order', async () => {
  const client = await open();
  proxy.stall();
  client.socket.write('a');
  await eventually(() => overheard.includes('a'), soon);
  client.socket.write('b');
  await eventually(() => overheard.includes('b'), soon);
  expect(client.heard()).toBe('');
  await proxy.mend();
  await eventually(() => client.heard().replaceAll('><', '') === '<ab>', soon);
});

it('slows what passes', async () => {
  const client = await open();
  proxy.slow(150);
  const started = performance.now();
  client.socket.write('x');
  await eventually(() => client.heard() === '<x>', soon);
  // Once on the way there and once on the way back.
  expect(performance.now() - started).toBeGreaterThanOrEqual(299);
  await proxy.mend();
});

it('cuts off, refuses, and takes connections again', async () => {
  const client = await open();
  await proxy.cut();
  await eventually(client.closed, soon);
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.mend();
  const again = await open();
  again.socket.write('back');
  await eventually(() => again.heard() === '<back>', soon);
});
