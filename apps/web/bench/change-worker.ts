import { ChangeSource } from './bench-market.ts';

/** Sends changes from beside the page, as a socket does: at a rate, in messages of what fell due since the last one. */
interface Order {
  seed: number;
  perSecond: number;
  count: number;
}

const EVERY_MS = 4;

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const source = new ChangeSource(data.seed);
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(data.count, Math.floor(((performance.now() - startedAt) / 1_000) * data.perSecond));
    if (due > sent) self.postMessage(source.take(due - sent));
    sent = due;
    if (sent < data.count) return;
    clearInterval(timer);
    self.postMessage('done');
  }, EVERY_MS);
};
