// Follows ticks and prints each as a line of JSON. Arguments: NATS address, team, file of the team's seed, how many.
import { readFileSync } from 'node:fs';
import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { subjects, Tick } from '@vega/contracts';

const [servers = 'nats://127.0.0.1:14222', team = 'demo', seedFile = '.vega/bus/quants-demo.nk', count = '100'] =
  process.argv.slice(2);
const bus = await connect({
  servers,
  name: `quants-${team}`,
  inboxPrefix: `_INBOX_quants-${team}`,
  authenticator: nkeyAuthenticator(readFileSync(seedFile)),
});

const last = new Map<string, { epoch: number; seq: number }>();
let seen = 0;
for await (const message of bus.subscribe(subjects.ticksOf())) {
  const tick = Tick.decode(message.data);
  // A new epoch starts the count anew; a gap means that core NATS dropped something, and the next tick is whole again.
  const before = last.get(tick.instrumentKey);
  const gap = before?.epoch === tick.feedEpoch ? tick.seq - before.seq - 1 : 0;
  last.set(tick.instrumentKey, { epoch: tick.feedEpoch, seq: tick.seq });
  const price = tick.lastPricePaise / 100;
  console.log(JSON.stringify({ instrument: tick.instrumentKey, seq: tick.seq, gap, last_price: price }));
  seen += 1;
  if (seen >= Number(count)) break;
}
await bus.close();
