import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { WsClientSocket } from './ws-client-socket.ts';

class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: (Uint8Array | string)[] = [];

  send(text: Uint8Array | string): void {
    this.sent.push(text);
  }
}

function open(): { ws: FakeWebSocket; socket: WsClientSocket } {
  const ws = new FakeWebSocket();
  return { ws, socket: new WsClientSocket(ws as unknown as WebSocket) };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the socket of a stream client', () => {
  it('hands over at the end of the turn what was sent in it, in its order, and counts it as unsent until then', async () => {
    const { ws, socket } = open();
    socket.send('one');
    socket.send(Buffer.from('two'));
    expect([ws.sent.length, socket.bufferedBytes]).toEqual([0, 6]);
    await endOfTurn();
    expect(ws.sent.map(String)).toEqual(['one', 'two']);
    expect(socket.bufferedBytes).toBe(0);
  });

  it('keeps nothing of a buffer that others share where the other end does not read', async () => {
    const slab = Buffer.alloc(64 * 1024, 'x');
    const { ws, socket } = open();
    socket.send(slab.subarray(0, 100));
    await endOfTurn();
    ws.bufferedAmount = 100;
    socket.send(slab.subarray(100, 300));
    await endOfTurn();
    const [atOnce, waiting] = ws.sent as Uint8Array[];
    expect(atOnce?.buffer).toBe(slab.buffer);
    expect(waiting?.buffer).not.toBe(slab.buffer);
    expect(waiting?.length).toBe(200);
  });

  it('drops what is sent to a connection that is no longer open', async () => {
    const { ws, socket } = open();
    ws.readyState = 2;
    socket.send('late');
    await endOfTurn();
    expect([ws.sent.length, socket.bufferedBytes]).toEqual([0, 0]);
  });
});
