import { FeedHealth, MarketStatus, SessionStatus } from '@vega/contracts';
import { createLogger } from '@vega/platform';
import { settle } from '@vega/testkit';
import { StatusPublisher } from './status-publisher.ts';

const status = (segment: string, value: SessionStatus): MarketStatus =>
  MarketStatus.create({ segment, status: value, source: 'feed' });
const health = (n: number): FeedHealth => FeedHealth.create({ replica: 'a', reportedAtMs: n });

function setUp() {
  const sent: string[] = [];
  const bus = { fails: false, hold: undefined as Promise<void> | undefined };
  const deliver = async (what: string): Promise<void> => {
    await bus.hold;
    if (bus.fails) throw new Error('no acknowledgement');
    sent.push(what);
  };
  const publisher = new StatusPublisher(
    {
      publishStatus: ({ segment, status: value }) => deliver(`${segment} ${value}`),
      publishHealth: ({ reportedAtMs }) => deliver(`health ${reportedAtMs}`),
    },
    createLogger({ service: 'spec', replica: 'a', level: 'silent' }),
  );
  return { sent, bus, publisher };
}

describe('status publisher', () => {
  it('sends what was not acknowledged again with the next, the newest of each only', async () => {
    const { sent, bus, publisher } = setUp();
    bus.fails = true;
    publisher.offer(
      [status('NSE_FO', SessionStatus.PRE_OPEN_END), status('NSE_EQ', SessionStatus.NORMAL_OPEN)],
      health(1),
    );
    await publisher.settled();
    publisher.offer([status('NSE_FO', SessionStatus.NORMAL_OPEN)], undefined);
    await publisher.settled();
    expect(sent).toEqual([]);
    bus.fails = false;
    publisher.offer([], health(2));
    await publisher.settled();
    expect(sent).toEqual(['NSE_FO 3', 'NSE_EQ 3', 'health 2']);
  });

  it('takes along what comes while it is sending, without losing the newer of two', async () => {
    const { sent, bus, publisher } = setUp();
    let release = (): void => undefined;
    bus.hold = new Promise((resolve) => (release = resolve));
    publisher.offer([status('NSE_FO', SessionStatus.PRE_OPEN_END)], undefined);
    await settle();
    publisher.offer([status('NSE_FO', SessionStatus.NORMAL_OPEN)], health(1));
    release();
    await publisher.settled();
    expect(sent).toEqual(['NSE_FO 2', 'NSE_FO 3', 'health 1']);
  });
});
