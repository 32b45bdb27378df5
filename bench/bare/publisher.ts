// The bare first hop: publishes a feed's own bursts, each stamped with the moment it begins, as a frame is with its arrival.
// Arguments: NATS address, file with the bursts. Standard input: a line `go` or `rest`.
import { createInterface } from 'node:readline';
import { connect } from '@nats-io/transport-node';
import { systemClock } from '@vega/kernel';
import { WallMicros } from '../../services/market-feed/src/domain/wall-micros.ts';
import { bareSubject, readBursts } from './bursts.ts';

const [url = '', file = ''] = process.argv.slice(2);
const nc = await connect({ servers: url });
const micros = new WallMicros(systemClock);
const { periodMs, bursts } = readBursts(file);
const prepared = bursts.map(({ atMs, messages }) => ({
  atMs,
  messages: messages.map(([instrument, bytes]) => ({ subject: bareSubject(instrument), payload: Buffer.alloc(bytes) })),
}));

let timer: NodeJS.Timeout | undefined;
let startedMs = 0;
let sent = 0;

function plan(): void {
  const dueMs = Math.floor(sent / prepared.length) * periodMs + (prepared[sent % prepared.length]?.atMs ?? 0);
  timer = setTimeout(send, Math.max(0, startedMs + dueMs - performance.now()));
}

function send(): void {
  const stamp = micros.now();
  for (const { subject, payload } of prepared[sent % prepared.length]?.messages ?? []) {
    payload.writeDoubleLE(stamp);
    nc.publish(subject, payload);
  }
  sent += 1;
  plan();
}

createInterface({ input: process.stdin }).on('line', (line) => {
  clearTimeout(timer);
  if (line !== 'go') return;
  startedMs = performance.now();
  sent = 0;
  plan();
});
