import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { WallMicros } from '../../services/market-feed/src/domain/wall-micros.ts';

/** A quote as a client got it: which tick it shows and when its frame was in hand, epoch microseconds. */
export interface SeenQuote {
  readonly key: string;
  readonly feedEpoch: number;
  readonly seq: number;
  readonly atUs: number;
}

interface Taken {
  readonly atUs: number;
  readonly text: Buffer;
}

/** A client of `/stream` that notes when frames come and reads them only when asked, so that its reading delays none. */
export class StreamFollower {
  private taken: Taken[] = [];

  private constructor(private readonly socket: WebSocket) {}

  static async open(url: string, micros: WallMicros, token: string): Promise<StreamFollower> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const follower = new StreamFollower(socket);
    socket.on('message', (text: Buffer) => follower.taken.push({ atUs: micros.now(), text }));
    await once(socket, 'open');
    socket.send(JSON.stringify({ op: 'authenticate', token }));
    while (!follower.taken.some(({ text }) => text.includes('"type":"authenticated"'))) await once(socket, 'message');
    return follower;
  }

  /** Follows one instrument in a subscription of its own: its first change after a rest is then sent at once. */
  follow(key: string, name: string): void {
    this.socket.send(JSON.stringify({ op: 'subscribe', subscription: name, channel: 'quotes', instruments: [key] }));
  }

  /** The updates since the last call, and their bytes in a frame on average. */
  take(): { quotes: SeenQuote[]; bytesPerQuote: number } {
    const frames = this.taken;
    this.taken = [];
    const quotes: SeenQuote[] = [];
    let bytes = 0;
    for (const { atUs, text } of frames) {
      const seen = updatesOf(text);
      if (seen.length > 0) bytes += text.length;
      for (const { instrument_key: key, feed_epoch: feedEpoch, seq } of seen)
        quotes.push({ key, feedEpoch, seq, atUs });
    }
    return { quotes, bytesPerQuote: quotes.length === 0 ? 0 : Math.round(bytes / quotes.length) };
  }

  close(): void {
    this.socket.terminate();
  }
}

interface QuoteFields {
  instrument_key: string;
  feed_epoch: number;
  seq: number;
}

function updatesOf(text: Buffer): QuoteFields[] {
  const frame = JSON.parse(text.toString('utf8')) as {
    type: string;
    subscriptions?: { snapshot: boolean; quotes: QuoteFields[] }[];
  };
  if (frame.type !== 'quotes') return [];
  return (frame.subscriptions ?? []).flatMap(({ snapshot, quotes }) => (snapshot ? [] : quotes));
}
