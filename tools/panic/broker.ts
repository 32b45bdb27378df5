/**
 * The kill switch of last resort: one account at the broker itself, with nothing of ours running. Every order that works is
 * cancelled, then the broker's own switch is turned on for the segments of the account.
 */
import { systemClock, wallInstant } from '@vega/kernel';
import {
  createAgents,
  LIVE_TRADING,
  parseEgress,
  SANDBOX_TRADING,
  simulatorTrading,
  TradingClient,
  type TradingEndpoints,
  TradingHttp,
} from '@vega/upstox/trading';

export interface BrokerPanic {
  readonly token: string;
  readonly environment: 'live' | 'sandbox' | 'simulator';
  /** Where accounts of the simulator trade. */
  readonly simulatorUrl: string | undefined;
  /** As accounts tell it: an address of this machine, a proxy, or nothing. */
  readonly egress: string;
}

/** What was done, one sentence each; `failed` are those that want a hand. */
export interface BrokerPanicReport {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

/** Tokens outlive no such run. */
const LIFE_MS = 3_600_000;
/** The broker takes ten order calls a second. */
const PAUSE_MS = 120;

/** Stops one account. Never throws: what could not be done is in the report. */
export async function stopAtBroker(account: BrokerPanic): Promise<BrokerPanicReport> {
  const done: string[] = [];
  const failed: string[] = [];
  const egress = parseEgress(account.egress);
  if (egress === undefined) return { done, failed: [`the egress "${account.egress}" cannot be read`] };
  const agents = createAgents(egress);
  const present = { token: account.token, expiresAt: wallInstant(systemClock.wallNow() + LIFE_MS) };
  const tokens = { current: () => present, onChange: () => () => undefined };
  const client = new TradingClient(new TradingHttp({ tokens, agents, clock: systemClock }), endpointsOf(account));
  try {
    await cancelAll(client, done, failed);
    await turnOn(client, done, failed);
  } finally {
    agents.close();
  }
  return { done, failed };
}

async function cancelAll(client: TradingClient, done: string[], failed: string[]): Promise<void> {
  try {
    const { rows, invalid } = await client.fetchBook();
    if (invalid.length > 0)
      failed.push(`${invalid.length} orders of the broker's book cannot be read: look in its app`);
    for (const { brokerOrderId, tradingSymbol } of rows.filter(({ stage }) => stage === 'open')) {
      try {
        await client.cancel(brokerOrderId);
        done.push(`cancelled ${brokerOrderId} (${tradingSymbol})`);
      } catch (error) {
        failed.push(`${brokerOrderId} (${tradingSymbol}) is not cancelled: ${sentenceOf(error)}`);
      }
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  } catch (error) {
    failed.push(`the broker's book cannot be read: ${sentenceOf(error)}`);
  }
}

async function turnOn(client: TradingClient, done: string[], failed: string[]): Promise<void> {
  try {
    const active = (await client.fetchKillSwitch()).filter((one) => one.active && !one.killSwitchEnabled);
    for (const { segment } of active) {
      try {
        await client.setKillSwitch([segment], true);
        done.push(`the broker refuses orders of ${segment} from now on`);
      } catch (error) {
        failed.push(`the broker's switch of ${segment} is not on: ${sentenceOf(error)}`);
      }
    }
  } catch (error) {
    failed.push(`the broker's switch cannot be read: ${sentenceOf(error)}`);
  }
}

function endpointsOf({ environment, simulatorUrl }: BrokerPanic): TradingEndpoints {
  if (environment === 'live') return LIVE_TRADING;
  return environment === 'sandbox' ? SANDBOX_TRADING : simulatorTrading(simulatorUrl ?? 'http://127.0.0.1:9080');
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
