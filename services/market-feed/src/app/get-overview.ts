import type { Breadth, GetOverviewResponse, Quote } from '@vega/contracts';
import { istDateOf, type InstrumentKey } from '@vega/kernel';
import { INDIA_VIX, isIndex } from '../domain/platform-interest.ts';
import type { FeedMonitor } from './feed-monitor.ts';
import type { InterestKeeper } from './interest-keeper.ts';
import type { MarketTime } from './market-time.ts';
import type { InstrumentDirectory } from './ports.ts';
import type { QuoteView } from './quote-view.ts';
import type { TickPipeline } from './tick-pipeline.ts';

export interface GetOverviewParts {
  readonly directory: InstrumentDirectory;
  readonly pipeline: TickPipeline;
  readonly interest: InterestKeeper;
  readonly time: MarketTime;
  readonly view: QuoteView;
  readonly monitor: FeedMonitor;
}

/** The market at a glance, from memory alone. */
export class GetOverview {
  constructor(private readonly parts: GetOverviewParts) {}

  execute(): GetOverviewResponse {
    const { interest, time, monitor } = this.parts;
    const indices = interest.platform.indices.filter(({ key }) => key !== INDIA_VIX);
    return {
      indices: indices.flatMap(({ key }) => this.quoteOf(key) ?? []),
      vix: this.quoteOf(INDIA_VIX),
      sessions: [...time.sessions()],
      breadth: this.breadth(),
      health: monitor.health(),
    };
  }

  private quoteOf(key: InstrumentKey): Quote | undefined {
    const live = this.parts.pipeline.get(key);
    const tick = live?.lastTick();
    return live === undefined || tick === undefined ? undefined : this.parts.view.quoteOf(tick, key, live.receivedMs);
  }

  /** Advances and declines against the previous close, over the stocks that have derivatives and are streamed. */
  private breadth(): Breadth {
    const { interest, pipeline, time, directory } = this.parts;
    const breadth: Breadth = { advances: 0, declines: 0, unchanged: 0, unknown: 0 };
    const today = time.date();
    const stocks = new Set(directory.underlyings().filter((key) => !isIndex(key)));
    for (const { key } of interest.platform.underlyings) {
      if (!stocks.has(key)) continue;
      const live = pipeline.get(key);
      const traded = live !== undefined && live.lastTradeTimeMs > 0 && istDateOf(live.lastTradeTimeMs) === today;
      if (!traded || live.prevClosePaise === 0) breadth.unknown += 1;
      else if (live.lastPricePaise > live.prevClosePaise) breadth.advances += 1;
      else if (live.lastPricePaise < live.prevClosePaise) breadth.declines += 1;
      else breadth.unchanged += 1;
    }
    return breadth;
  }
}
