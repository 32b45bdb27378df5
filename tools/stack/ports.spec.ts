import { createServer } from 'node:net';
import { freePort } from '@vega/testkit';
import { planPorts } from './ports.ts';

describe('the ports of the stack', () => {
  it('are the default ones, and a taken one moves to a free one and says so', async () => {
    const taken = await freePort();
    const free = await freePort();
    const server = createServer((socket) => socket.destroy()).listen(taken, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { ports, notes } = await planPorts({ gateway: taken, nats: free }, 'default');
      expect(ports['nats']).toBe(free);
      expect(ports['gateway']).not.toBe(taken);
      expect(notes).toEqual([`port ${taken} (gateway) is taken: using ${ports['gateway']}`]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('are all free ones, without a word, when asked for', async () => {
    const { ports, notes } = await planPorts({ gateway: 8080, nats: 14_222 }, 'free');
    expect(Object.values(ports)).toHaveLength(new Set(Object.values(ports)).size);
    expect(Object.values(ports)).not.toContain(8080);
    expect(notes).toEqual([]);
  });
});
