import { SpanKind } from '@opentelemetry/api';
import { applyDecorators, Catch, type RpcExceptionFilter } from '@nestjs/common';
import {
  MessagePattern,
  Server,
  Transport,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import { RPC_CONTRACTS, type RpcContract } from '@vega/contracts';
import { Defect, invariant, OutcomeError } from '@vega/kernel';
import type { Msg, Subscription } from '@nats-io/nats-core';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import type { Bus } from './bus.ts';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';
import { PRINCIPAL_HEADER } from './principal-header.ts';
import { badRequest, encodeError } from './rpc-errors.ts';
import { DEADLINE_HEADER } from './rpc-client.ts';
import { extractTrace, withSpan } from './telemetry.ts';

/** What a handler knows of the call beside its request: given as the method's second argument by `@Ctx()`. */
export interface RpcCallContext {
  readonly subject: string;
  /** Milliseconds the caller still waits. */
  readonly deadlineMs: number;
  /** The caller's token as it came, not yet verified; undefined when nobody stands behind the call. */
  readonly principal: string | undefined;
  /** Where the answer goes: below the inbox prefix of the one who asks. */
  readonly replyTo: string;
}

/** Marks a controller's method as the handler of one contract: takes the request message, returns the response message. */
export function HandlesRpc<Req, Res>(
  contract: RpcContract<Req, Res>,
): <M extends (request: Req, context: RpcCallContext) => Promise<Res> | Res>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return applyDecorators(MessagePattern(contract.subject, Transport.NATS));
}

/** Lets a handler's error reach the transport as it was thrown; Nest would replace it by its own. */
@Catch()
export class RpcErrorsAsThrown implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Nest's microservice transport over the process's own NATS connection: protobuf both ways, errors in headers, one
 * queue group per service, deadlines and trace context read from headers. Closing it takes no new requests and waits
 * for those in hand.
 */
export class RpcTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.NATS;
  private readonly subscriptions: Subscription[] = [];
  private readonly inHand = new Set<Promise<void>>();
  private readonly contracts = new Map<string, RpcContract<never, never>>();

  constructor(
    private readonly options: {
      service: string;
      bus: Bus;
      metrics: Metrics;
      log: Logger;
      onDefect: (error: Error) => void;
      contracts?: readonly RpcContract<never, never>[];
    },
  ) {
    super();
    for (const contract of options.contracts ?? RPC_CONTRACTS) this.contracts.set(contract.subject, contract);
  }

  listen(callback: (error?: unknown) => void): void {
    for (const [subject, handler] of this.messageHandlers) {
      const contract = this.contracts.get(subject);
      invariant(contract !== undefined, `no contract for the handler of ${subject}`);
      this.subscriptions.push(
        this.options.bus.nc.subscribe(subject, {
          queue: this.options.service,
          callback: (error, message) => {
            if (error) this.options.log.error({ err: error, subject }, 'a request subscription failed');
            else this.take(contract, handler, message);
          },
        }),
      );
    }
    // Nest calls back before the server knows of the subscriptions; a flush makes "listening" true.
    this.options.bus.nc.flush().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.drain().catch(() => undefined)));
    await Promise.all(this.inHand);
  }

  on(): never {
    throw new Defect('the bus reports its own state: use Bus and Health');
  }

  unwrap<T>(): T {
    return this.options.bus.nc as T;
  }

  private take(contract: RpcContract<never, never>, handler: MessageHandler, message: Msg): void {
    const work = this.answer(contract, handler, message).finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  private async answer(contract: RpcContract<never, never>, handler: MessageHandler, message: Msg): Promise<void> {
    const { log, metrics } = this.options;
    try {
      const body = await metrics.observe('rpc_server', contract.subject, () =>
        withSpan(
          `${contract.subject} handle`,
          { kind: SpanKind.SERVER, parent: extractTrace(message.headers) },
          async () => contract.response.encode((await this.run(contract, handler, message)) as never).finish(),
        ),
      );
      message.respond(body);
    } catch (error) {
      const { headers, body } = encodeError(error);
      message.respond(body, { headers });
      if (error instanceof OutcomeError) return;
      log.error({ err: error, subject: contract.subject }, 'a request failed');
      if (error instanceof Defect) this.options.onDefect(error);
    }
  }

  private async run(contract: RpcContract<never, never>, handler: MessageHandler, message: Msg): Promise<unknown> {
    let request: unknown;
    try {
      request = contract.request.decode(message.data);
    } catch {
      throw badRequest(`the request is not a ${contract.service} ${contract.method} message`);
    }
    const deadlineMs = Number(message.headers?.get(DEADLINE_HEADER)) || contract.deadlineMs;
    const principal = message.headers?.get(PRINCIPAL_HEADER) || undefined;
    const context: RpcCallContext = {
      subject: contract.subject,
      deadlineMs,
      principal,
      replyTo: message.reply ?? '',
    };
    const result = await handler(request, context);
    return lastValueFrom(this.transformToObservable(result));
  }
}
