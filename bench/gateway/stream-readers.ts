// Many stream clients in one process. Arguments: address, number of clients, instrument keys as JSON, token. Some of them read
// what they are sent and note how long each quote took from market-feed; the others count bytes. Asked { kind: 'window', ms }
// it answers with what came meanwhile; { kind: 'stall', clients } stops the last ones reading, { kind: 'resume' } lets
// them read again.
import { WebSocket } from 'ws';
import { percentile } from '../measure.ts';

const [url = '', count = '0', keysText = '[]', token = ''] = process.argv.slice(2);
const keys = JSON.parse(keysText) as string[];
const READING = 20;

let frames = 0;
let bytes = 0;
let quotes = 0;
let waitsMs: number[] = [];
const sockets: WebSocket[] = [];
const stalled = new Set<WebSocket>();

interface Frame {
  type: string;
  subscriptions?: { snapshot: boolean; quotes: { received_at_ms: number }[] }[];
}

function read(data: Buffer): void {
  const nowMs = Date.now();
  const frame = JSON.parse(data.toString()) as Frame;
  for (const { snapshot, quotes: batch } of frame.subscriptions ?? []) {
    if (snapshot) continue;
    quotes += batch.length;
    for (const { received_at_ms } of batch) waitsMs.push(nowMs - received_at_ms);
  }
}

async function open(at: number): Promise<void> {
  const ws = new WebSocket(url, { perMessageDeflate: false });
  sockets.push(ws);
  await new Promise<void>((resolve, reject) => {
    ws.on('error', reject);
    let greeted = false;
    ws.on('message', (data: Buffer) => {
      if (!stalled.has(ws)) {
        frames += 1;
        bytes += data.length;
        if (at < READING) read(data);
      }
      if (greeted) return;
      const text = data.toString();
      if (text.includes('"type":"hello"')) ws.send(JSON.stringify({ op: 'authenticate', token }));
      if (text.includes('"type":"authenticated"')) {
        ws.send(JSON.stringify({ op: 'subscribe', channel: 'quotes', instruments: keys }));
      }
      greeted = text.includes('"snapshot":true') || text.includes('"type":"ready"');
      if (greeted) resolve();
    });
  });
}

const AT_ONCE = 50;
for (let at = 0; at < Number(count); at += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, Number(count) - at) }, (_item, n) => open(at + n));
  await Promise.all(some);
}

interface Question {
  kind: 'window' | 'stall' | 'resume';
  ms?: number;
  clients?: number;
}

process.on('message', ({ kind, ms = 0, clients = 0 }: Question) => {
  if (kind === 'window') {
    frames = bytes = quotes = 0;
    waitsMs = [];
    setTimeout(() => {
      const [p50Ms, p99Ms] = [percentile(waitsMs, 0.5), percentile(waitsMs, 0.99)];
      process.send?.({ frames, bytes, quotes, readers: READING, p50Ms, p99Ms, worstMs: percentile(waitsMs, 1) });
    }, ms);
    return;
  }
  for (const ws of kind === 'stall' ? sockets.slice(-clients) : stalled) {
    if (kind === 'stall') {
      stalled.add(ws);
      ws.pause();
    } else ws.resume();
  }
  if (kind === 'resume') stalled.clear();
  process.send?.({});
});
process.on('disconnect', () => process.exit());
process.send?.({});
