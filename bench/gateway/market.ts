// A market-feed that costs little: answers the gateway's requests and publishes ticks at a steady rate. Arguments: NATS
// address, number of instruments. Asked { rate, keys } it changes the ticks per second over those instruments, spread evenly.
import { Instrument } from '@vega/contracts';
import { MarketFeedStandIn, sampleTick } from '../../services/gateway/test/market-feed-stand-in.ts';

const [natsUrl = '', count = '50'] = process.argv.slice(2);
const STEP_MS = 5;
const feed = await MarketFeedStandIn.start(natsUrl);
const keys = Array.from({ length: Number(count) }, (_item, at) => `NSE_FO|${40_000 + at}`);
for (const key of keys) {
  const tradingSymbol = `NIFTY ${key.slice(7)} CE`;
  const facts = { instrumentKey: key, segment: 'NSE_FO', exchange: 'NSE', instrumentType: 'CE', tradingSymbol };
  feed.instruments.set(key, Instrument.create(facts));
  feed.ticks.set(key, sampleTick(key));
}

let ticking: readonly string[] = keys;
let rate = 0;
let sent = 0;
let startMs = performance.now();
setInterval(() => {
  const due = ((performance.now() - startMs) / 1000) * rate;
  for (; sent < due; sent += 1) {
    const key = ticking[sent % ticking.length] ?? '';
    feed.publish(key, { lastPricePaise: 12_345 + (sent % 100) * 5 });
  }
}, STEP_MS);
setInterval(() => {
  feed.publishHealth({ reportedAtMs: Date.now() });
  feed.calls.length = 0;
}, 1_000);

process.on('message', (question: { rate: number; keys: readonly string[] }) => {
  rate = question.rate;
  ticking = question.keys;
  sent = 0;
  startMs = performance.now();
  process.send?.({});
});
process.on('disconnect', () => process.exit());
process.send?.({ keys });
