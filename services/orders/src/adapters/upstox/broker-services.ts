/** What the broker is asked beyond orders: its own kill switch, margins and charges for a preview. */
import type { BrokerAccount, PreviewResponse } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { UpstoxError, type BrokerSegmentSwitch } from '@vega/upstox/trading';
import { type BrokerSwitches, checkSegments } from '../../app/broker-switches.ts';
import type { QuoteCosts } from '../../app/writer-commands.ts';
import { connectAccount, type ConnectOptions, type UpstoxConnection } from './connect-account.ts';

/** A token that has just been asked for may take this long to come, milliseconds. */
const TOKEN_WAIT_MS = 3_000;

/** The broker's own switch, through a connection that is opened for the question. */
export function brokerSwitches(
  account: (accountId: string) => BrokerAccount | undefined,
  options: ConnectOptions,
): BrokerSwitches {
  const ask = async (
    accountId: string,
    question: (connection: UpstoxConnection) => Promise<readonly BrokerSegmentSwitch[]>,
  ): Promise<readonly BrokerSegmentSwitch[]> => {
    const found = account(accountId);
    if (found === undefined) throw new OutcomeError('ACCOUNT_NOT_FOUND', 'there is no such account');
    const connection = connectAccount(found, options);
    try {
      const deadline = options.clock.monotonicMs() + TOKEN_WAIT_MS;
      while (connection.broker.tokenFault() !== undefined && options.clock.monotonicMs() < deadline) {
        await new Promise<void>((resume) => options.clock.after(20, resume));
      }
      return await question(connection);
    } catch (error) {
      throw error instanceof UpstoxError ? refusal(error) : error;
    } finally {
      connection.close();
    }
  };
  return {
    get: (accountId) => ask(accountId, ({ client }) => client.fetchKillSwitch()),
    set: (accountId, segments, enable) => {
      checkSegments(segments);
      return ask(accountId, ({ client }) => client.setKillSwitch(segments, enable));
    },
  };
}

function refusal(error: UpstoxError): Error {
  if (error.outcome === 'rejected') {
    return new OutcomeError('BROKER_REFUSED', error.message, { upstream_code: error.upstreamCode ?? '' });
  }
  const code = error.code === 'UPSTOX_TOKEN_MISSING' ? 'UPSTREAM_TOKEN' : 'UPSTREAM_UNAVAILABLE';
  return new OutcomeError(code, error.message, {}, true);
}

/** Asks margin and charges; what the broker does not tell is left out. */
export const quoteCosts: QuoteCosts = async (active, order) => {
  const { client } = active.connection as UpstoxConnection;
  const [margin, charges] = await Promise.allSettled([client.fetchMargin(order), client.fetchCharges(order)]);
  const costs: { brokerMarginPaise: number | undefined; charges: PreviewResponse['charges'] } = {
    brokerMarginPaise: margin.status === 'fulfilled' ? margin.value : undefined,
    charges: undefined,
  };
  if (charges.status === 'fulfilled') {
    const { totalPaise, brokeragePaise, taxesPaise } = charges.value;
    costs.charges = { totalPaise, brokeragePaise, taxesPaise, otherPaise: totalPaise - brokeragePaise - taxesPaise };
  }
  return costs;
};
