// The bare middle hop of a chain: each tick of the followed subjects is answered by as many bytes as an update has, stamped with the
// tick's own. Arguments: NATS address, subject of the ticks, subject of the updates, bytes of an update.
import { connect } from '@nats-io/transport-node';

const [url = '', ticks = '', updates = '', bytes = ''] = process.argv.slice(2);
const nc = await connect({ servers: url });
const out = Buffer.alloc(Number(bytes));
nc.subscribe(ticks, {
  callback: (_error, message) => {
    out.set(message.data.subarray(0, 8));
    nc.publish(updates, out);
  },
});
await nc.flush();
process.stdout.write('ready\n');
