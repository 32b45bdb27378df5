import type { Clock, IstDate } from '@vega/kernel';
import { GeneratedMarket, type GeneratedMarketOptions } from './generated/generated-market.ts';
import type { Logger } from 'pino';
import type { LiveMarketOptions } from './live/live-market.ts';
import type { MarketSource } from './market-source.ts';
import { RecordedMarket } from './recorded/recorded-market.ts';

export { GeneratedMarket, type GeneratedMarketOptions } from './generated/generated-market.ts';
export type { OptionTruth } from './generated/truth.ts';
export type { LiveMarketOptions } from './live/live-market.ts';
export type * from './market-source.ts';
export { RecordedMarket, type RecordedMarketOptions } from './recorded/recorded-market.ts';
export { RecordingError } from './recorded/recording.ts';

/** Which market to simulate, and how. */
export interface MarketSourceOptions {
  readonly clock: Clock;
  readonly source: 'generated' | 'recorded' | 'live';
  /** Market milliseconds per wall millisecond: 1 to 600 generated, anything above 0 recorded. */
  readonly speed?: number | undefined;
  /** Generated: the same seed, dates and steps give the same quotes. */
  readonly seed?: string | number | undefined;
  readonly session?: GeneratedMarketOptions['session'];
  readonly stateDir?: string | undefined;
  readonly startDate?: IstDate | undefined;
  readonly stepMs?: number | undefined;
  readonly activity?: number | undefined;
  readonly load?: GeneratedMarketOptions['load'];
  /** Recorded: path of the capture. */
  readonly recordedFile?: string | undefined;
  /** Recorded: by default playing waits until the recording's instruments are subscribed. */
  readonly startWhen?: 'immediately' | 'first-subscription' | undefined;
  /** Live: where the platform's ticks are published, and the broker's instrument master. */
  readonly natsUrl?: string | undefined;
  readonly master?: string | undefined;
  readonly log?: Logger | undefined;
}

/**
 * Makes the source of market that the simulator serves; it stands still until `start()`. Rejects with one sentence when
 * the options, the recording or the saved state cannot be used.
 */
export async function createMarketSource(options: MarketSourceOptions): Promise<MarketSource> {
  if (options.source === 'live') {
    // Only a mirror needs the bus and its schemas.
    const { LiveMarket } = await import('./live/live-market.ts');
    return LiveMarket.create(liveOptions(options));
  }
  if (options.source === 'generated') return GeneratedMarket.create({ ...options, seed: options.seed ?? 1 });
  if (options.recordedFile === undefined) throw new RangeError('a recorded market needs the path of its recording');
  const { clock, recordedFile: file, speed, startWhen } = options;
  return RecordedMarket.create({ clock, file, speed, startWhen });
}

function liveOptions({ clock, natsUrl, master, log, stepMs }: MarketSourceOptions): LiveMarketOptions {
  if (natsUrl === undefined || master === undefined || log === undefined) {
    throw new RangeError('a live market needs the address of NATS, an instrument master and a log');
  }
  return { clock, natsUrl, master, log, stepMs };
}
