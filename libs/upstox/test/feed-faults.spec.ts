import { type InstrumentKey } from '@vega/kernel';
import { type FeedLimits, type FeedMode, FEED_MODES } from '@vega/upstox/market';
import { FeedRig, keyOf } from './support/feed-rig.ts';
import type { Fault, ServerSide } from './support/feed-server.ts';
import { runSeed, seeded } from './support/random.ts';

const INSTRUMENTS = 24;
const STEPS = 60;
const LIMITS: FeedLimits = {
  connections: 3,
  modes: {
    ltpc: { alone: 9, mixed: 5 },
    option_greeks: { alone: 7, mixed: 4 },
    full: { alone: 6, mixed: 3 },
    full_d30: { alone: 2, mixed: 2 },
  },
  fullMixed: 3,
};

/** The limits once more, as the server would count them. */
function allows(modes: readonly string[]): boolean {
  const count = (mode: string): number => modes.filter((one) => one === mode).length;
  if (new Set(modes).size <= 1) {
    return count('ltpc') <= 9 && count('option_greeks') <= 7 && count('full') <= 6 && count('full_d30') <= 2;
  }
  const full = count('full') + count('full_d30');
  return count('ltpc') <= 5 && count('option_greeks') <= 4 && full <= 3 && count('full_d30') <= 2;
}

class Simulation {
  private readonly published = new Map<InstrumentKey, number>();
  private readonly newest = new Map<InstrumentKey, number>();
  private readonly desired = new Map<InstrumentKey, FeedMode>();
  private tokenNumber = 1;
  private heardBefore = 0;

  constructor(
    private readonly rig: FeedRig,
    private readonly random: () => number,
  ) {
    rig.server.maxConnections = LIMITS.connections;
    rig.server.allows = allows;
  }

  async run(): Promise<void> {
    this.publish(INSTRUMENTS);
    this.redesire();
    for (let step = 0; step < STEPS; step += 1) {
      this.act();
      await this.rig.clock.advance(this.pick([1, 50, 700, 4_000, 12_000]));
      this.judge();
    }
    await this.settle();
  }

  private act(): void {
    const { server } = this.rig;
    const faults: readonly Fault[] = [401, 403, 429, 500, 503, 'html-403', 'hang'];
    this.pick<() => void>([
      () => this.publish(8),
      () => this.publish(8),
      () => this.publish(2),
      () => this.repeat(),
      () => this.onSome((connection) => connection.socket.terminate()),
      () => this.onSome((connection) => connection.socket.close(1011)),
      () => this.onSome((connection) => (connection.isMute = true)),
      () => this.onSome((connection) => (connection.isDead = true)),
      () => this.onSome((connection) => server.send(connection, this.garbage())),
      () => this.redesire(),
      () => server.authorizeFaults.push(this.pick(faults)),
      () => server.handshakeFaults.push(this.pick(faults)),
      () => this.renewToken(),
      () => server.announce({ NSE_FO: this.pick([2, 3]) }),
    ])();
  }

  /** Nothing twice, nothing out of order, nothing that was not published or not desired. */
  private judge(): void {
    const { heard, server } = this.rig;
    for (const { key, vtt } of heard.slice(this.heardBefore)) {
      expect(vtt).toBeGreaterThan(this.newest.get(key) ?? 0);
      expect(vtt).toBeLessThanOrEqual(this.published.get(key) ?? 0);
      expect(this.desired.has(key)).toBe(true);
      this.newest.set(key, vtt);
    }
    this.heardBefore = heard.length;
    expect(server.violations).toEqual([]);
  }

  /** With all faults gone the client must come to hold the last value of everything it carries. */
  private async settle(): Promise<void> {
    const { rig } = this;
    rig.server.authorizeFaults.length = 0;
    rig.server.handshakeFaults.length = 0;
    rig.server.announce({ NSE_FO: 2 });
    this.renewToken();
    for (const connection of rig.server.connections)
      if (connection.isMute || connection.isDead) connection.socket.terminate();
    const isCurrent = (): boolean => {
      const refused = new Set(rig.client.stats().refused.map(({ key, heldMode }) => (heldMode ? undefined : key)));
      return [...this.desired.keys()].every(
        (key) => refused.has(key) || rig.heard.findLast((entry) => entry.key === key)?.vtt === this.published.get(key),
      );
    };
    await rig.until('everything is current', isCurrent, 1_000);
    this.judge();
    const carried = [...this.desired.keys()].filter((key) => rig.client.connectionOf(key) !== undefined).sort();
    await rig.until(
      'the server carries what is assigned',
      () => {
        return JSON.stringify(rig.server.subscribedKeys()) === JSON.stringify(carried);
      },
      500,
    );
    expect(rig.server.violations).toEqual([]);
  }

  private publish(count: number): void {
    const volumes: Record<number, number> = {};
    for (let at = 0; at < count; at += 1) {
      const token = count === INSTRUMENTS ? at : Math.floor(this.random() * INSTRUMENTS);
      const key = keyOf(token);
      if (volumes[token] !== undefined) continue;
      volumes[token] = (this.published.get(key) ?? 0) + 1;
      this.published.set(key, volumes[token]);
    }
    this.rig.publish(volumes);
  }

  private repeat(): void {
    const token = Math.floor(this.random() * INSTRUMENTS);
    this.rig.publish({ [token]: this.published.get(keyOf(token)) ?? 1 });
  }

  private redesire(): void {
    const before = [...this.desired.keys()];
    this.desired.clear();
    for (let token = 0; token < INSTRUMENTS; token += 1) {
      if (this.random() < 0.7) this.desired.set(keyOf(token), this.pick(FEED_MODES));
    }
    this.rig.client.setDesired(this.desired);
    // What is removed is forgotten: its value may be told again when it comes back.
    for (const key of before) if (this.rig.client.connectionOf(key) === undefined) this.newest.delete(key);
  }

  private renewToken(): void {
    const { server, tokens } = this.rig;
    this.tokenNumber += 1;
    const token = `token-${this.tokenNumber}`;
    if (this.random() < 0.5) server.tokens.clear();
    server.tokens.add(token);
    tokens.set(token);
  }

  private onSome(act: (connection: ServerSide) => void): void {
    for (const connection of this.rig.server.connections) if (this.random() < 0.5) act(connection);
  }

  private garbage(): Buffer | string {
    if (this.random() < 0.2) return '{"error":"text"}';
    return Buffer.from(
      Array.from({ length: 1 + Math.floor(this.random() * 80) }, () => Math.floor(this.random() * 256)),
    );
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }
}

describe('the feed under random faults', () => {
  const first = runSeed();
  it.each(Array.from({ length: 10 }, (_, at) => first + at))(
    'tells each value once and in order, and ends current (VEGA_TEST_SEED=%i)',
    async (seed) => {
      const rig = await FeedRig.start({ limits: LIMITS });
      try {
        await new Simulation(rig, seeded(seed)).run();
      } finally {
        await rig.stop();
      }
    },
  );
});
