import { FeedHealth, marketFeedRpc, MarketStatus, type Quote, subjects, Tick, TickMode } from '@vega/contracts';
import { instrumentKey, repeat } from '@vega/kernel';
import type { ServiceContext } from '@vega/platform';
import type { Subscription } from '@nats-io/nats-core';
import { MarketFacts, type MarketSource } from '../../app/market-facts.ts';

const RENEW_MS = 10_000;
const MAX_QUOTES = 500;

/** What orders knows of the market, fed from the bus until the service ends. */
export function openMarketFacts(
  context: Pick<ServiceContext, 'bus' | 'rpc' | 'clock' | 'logger' | 'replica' | 'onDrain'>,
): MarketFacts {
  const { bus, rpc, clock, logger, replica } = context;
  const ticks = new Map<string, Subscription>();
  let wanted: ReadonlySet<string> = new Set();
  const renew = (): void => {
    const interests = [...wanted].map((key) => ({ instrumentKey: key, mode: TickMode.FULL }));
    rpc
      .call(marketFeedRpc.renewInterest, { holder: replica, interests })
      .catch((error: unknown) => logger.warn({ err: error }, 'the interest in prices was not renewed'));
  };
  const source: MarketSource = {
    async fetchQuotes(keys) {
      const found: Quote[] = [];
      for (let at = 0; at < keys.length; at += MAX_QUOTES) {
        const { quotes } = await rpc.call(marketFeedRpc.getQuotes, { symbols: keys.slice(at, at + MAX_QUOTES) });
        found.push(...quotes);
      }
      return found;
    },
    want(keys) {
      const isSame = keys.size === wanted.size && [...keys].every((key) => wanted.has(key));
      if (isSame) return;
      wanted = keys;
      for (const [key, subscription] of ticks) {
        if (keys.has(key)) continue;
        subscription.unsubscribe();
        ticks.delete(key);
      }
      for (const key of keys) {
        if (ticks.has(key)) continue;
        const callback = (error: Error | null, message: { data: Uint8Array }): void => {
          if (error === null) facts.takeTick(Tick.decode(message.data));
        };
        ticks.set(key, bus.nc.subscribe(subjects.tick(instrumentKey(key)), { callback }));
      }
      renew();
    },
  };
  const facts = new MarketFacts(clock, source);
  const status = bus.nc.subscribe(subjects.allStatus(), {
    callback: (error, message) => {
      if (error === null) facts.takeStatus(MarketStatus.decode(message.data));
    },
  });
  const health = bus.nc.subscribe(subjects.allHealth(), {
    callback: (error, message) => {
      if (error === null) facts.takeHealth(FeedHealth.decode(message.data));
    },
  });
  const ask = async (): Promise<void> => {
    const answer = await rpc.call(marketFeedRpc.getFeedStatus, {});
    if (answer.health !== undefined) facts.takeHealth(answer.health);
    for (const session of answer.sessions) facts.takeStatus(session);
  };
  const asking = repeat(clock, 5_000, () => ask().catch(() => undefined));
  const renewing = repeat(clock, RENEW_MS, renew);
  void ask().catch(() => undefined);
  context.onDrain('market facts', () => {
    for (const one of [status, health, ...ticks.values()]) one.unsubscribe();
    asking.cancel();
    renewing.cancel();
  });
  return facts;
}
