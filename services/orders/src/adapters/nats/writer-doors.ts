/** The two subjects that only the writer of an account answers: intents, and what else only it can do. */
import { SpanKind } from '@opentelemetry/api';
import { orderSubmit, type RpcContract, writerCommand } from '@vega/contracts';
import { Defect, OutcomeError, type Timer } from '@vega/kernel';
import {
  asksInbox,
  badRequest,
  type BrokerAccounts,
  encodeError,
  extractTrace,
  PRINCIPAL_HEADER,
  type PrincipalVerifier,
  type ServiceContext,
  withSpan,
} from '@vega/platform';
import type { Msg, Subscription } from '@nats-io/nats-core';
import { callerOf } from '../../app/callers.ts';
import { readIntent } from '../../app/read-intent.ts';
import type { MarketFacts } from '../../app/market-facts.ts';
import type { ActiveAccount, WriterDoors } from '../../app/writers.ts';
import { type CommandDesk, runCommand } from '../../app/writer-commands.ts';

/** How long an intent waits for its instrument to be looked up before it is decided without, milliseconds. */
const PREPARE_MS = 1_500;

type DoorContext = Pick<ServiceContext, 'bus' | 'logger' | 'metrics' | 'onDefect' | 'clock'>;

export class NatsWriterDoors implements WriterDoors {
  constructor(
    private readonly context: DoorContext,
    private readonly verifier: PrincipalVerifier,
    private readonly accounts: BrokerAccounts,
    private readonly market: MarketFacts,
    private readonly desk: CommandDesk,
  ) {}

  open(active: ActiveAccount): () => void {
    const { accountId } = active;
    const subscriptions = [
      this.answer(orderSubmit(accountId), async (message, intent, principal) => {
        await this.prepare(intent.instrumentKey);
        const read = readIntent(intent, accountId, this.market.nowMs());
        return active.writer.submit(
          read.intent,
          read.terms,
          message.data,
          callerOf(this.accounts, principal, accountId),
        );
      }),
      this.answer(writerCommand(accountId), (_message, command, principal) =>
        runCommand(active, command, callerOf(this.accounts, principal, accountId), this.desk),
      ),
    ];
    return () => {
      for (const one of subscriptions) one.unsubscribe();
    };
  }

  /** A new instrument is asked for once; without an answer in time the decision denies what it cannot know. */
  private async prepare(key: string): Promise<void> {
    const { clock, logger } = this.context;
    let timer: Timer | undefined;
    const limit = new Promise<void>((resume) => (timer = clock.after(PREPARE_MS, resume)));
    const known = this.market
      .prepare(key)
      .catch((error: unknown) => logger.warn({ err: error }, 'an instrument is not known'));
    await Promise.race([known, limit]);
    timer?.cancel();
  }

  private answer<Req, Res>(
    contract: RpcContract<Req, Res>,
    handle: (message: Msg, request: Req, principal: Awaited<ReturnType<PrincipalVerifier['verify']>>) => Promise<Res>,
  ): Subscription {
    const { bus, logger, metrics, onDefect } = this.context;
    const take = async (message: Msg): Promise<void> => {
      try {
        const body = await metrics.observe('rpc_server', `${contract.service} ${contract.method}`, () =>
          withSpan(
            `orders ${contract.method}`,
            { kind: SpanKind.SERVER, parent: extractTrace(message.headers) },
            async () => {
              const principal = await this.verifier.verify(message.headers?.get(PRINCIPAL_HEADER));
              return contract.response
                .encode(await handle(message, decode(contract, message.data), principal))
                .finish();
            },
          ),
        );
        message.respond(body);
      } catch (error) {
        const { headers, body } = encodeError(error);
        message.respond(body, { headers });
        if (error instanceof OutcomeError) return;
        logger.error({ err: error, method: contract.method }, 'a request of an account failed');
        if (error instanceof Defect) onDefect(error);
      }
    };
    return bus.nc.subscribe(contract.subject, {
      callback: (error, message) => {
        if (error !== null) logger.error({ err: error }, 'the subscription of an account failed');
        else if (asksInbox(message)) void take(message);
        else logger.warn({ method: contract.method }, 'a request without an inbox is dropped');
      },
    });
  }
}

function decode<Req>(contract: RpcContract<Req, unknown>, data: Uint8Array): Req {
  try {
    return contract.request.decode(data);
  } catch {
    throw badRequest(`the request is not a ${contract.service} ${contract.method} message`);
  }
}
