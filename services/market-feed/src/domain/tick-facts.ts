import type { Ohlc } from '@vega/contracts';
import type { InstrumentKey } from '@vega/kernel';

/** What is told of each published tick inside the process. The object is reused: copy what you keep. */
export interface TickFacts {
  key: InstrumentKey;
  instrumentId: number;
  /** Whether it is the snapshot that follows a subscription. */
  snapshot: boolean;
  marketTimeMs: number;
  lastPricePaise: number;
  /** 0 when it has not traded. */
  lastTradeTimeMs: number;
  /** Units traded today; undefined where the instrument or mode has none. */
  volume: number | undefined;
  oi: number | undefined;
  /** The broker's own last completed minute, where the mode carries it. */
  minute: Ohlc | undefined;
}
