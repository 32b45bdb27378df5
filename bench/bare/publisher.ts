// The bare first hop: publishes stamped messages of a tick's size at a steady rate. Arguments: NATS address, subject, messages per second, bytes.
import { connect } from '@nats-io/transport-node';
import { systemClock } from '@vega/kernel';
import { WallMicros } from '../../services/market-feed/src/domain/wall-micros.ts';

const [url = '', subject = '', rate = '1000', bytes = '274'] = process.argv.slice(2);
const nc = await connect({ servers: url });
const micros = new WallMicros(systemClock);
const payload = Buffer.alloc(Number(bytes));
const startedMs = performance.now();
let sent = 0;
setInterval(() => {
  const due = ((performance.now() - startedMs) / 1000) * Number(rate);
  for (; sent < due; sent += 1) {
    payload.writeDoubleLE(micros.now(), 0);
    payload.writeUInt32LE(sent, 8);
    nc.publish(subject, payload);
  }
}, 5);
