import { openFeedSocket, type FeedSocketFactory } from '@vega/upstox/market';

/** Opens feed sockets and tells how long each message kept the process busy, in seconds. */
export function timedFeedSocket(nowMs: () => number, observe: (seconds: number) => void): FeedSocketFactory {
  return (url, headers, listener) =>
    openFeedSocket(url, headers, {
      onOpen: () => listener.onOpen(),
      onSign: () => listener.onSign(),
      onEnd: (end) => listener.onEnd(end),
      onMessage: (data, isBinary) => {
        const startedMs = nowMs();
        listener.onMessage(data, isBinary);
        observe((nowMs() - startedMs) / 1000);
      },
    });
}
