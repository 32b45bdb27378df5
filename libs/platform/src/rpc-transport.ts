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

/**
 * Whether a request wants its answer in an inbox. The server lets us answer wherever a request points, so one that
 * points at a subject of the platform would have us publish there in its sender's stead.
 */
export function asksInbox(message: Pick<Msg, 'reply'>): boolean {
  return message.reply?.startsWith('_INBOX') ?? false;
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
            else if (!asksInbox(message)) this.options.log.warn({ subject }, 'a request without an inbox is dropped');
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

  private answer(contract: RpcContract<never, never>, handler: MessageHandler, message: Msg): Promise<void> {
    return answerRequest(this.options, contract, message, async (request, context) =>
      lastValueFrom(this.transformToObservable(await handler(request, context))),
    );
  }
}

/** What answering a request stands on. */
export interface AnswerParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onDefect: (error: Error) => void;
}

/** Answers one message of a contract: decodes, handles within the caller's trace, replies with the answer or the error. */
export async function answerRequest<Req, Res>(
  { log, metrics, onDefect }: AnswerParts,
  contract: RpcContract<Req, Res>,
  message: Msg,
  handle: (request: Req, context: RpcCallContext) => Promise<Res>,
): Promise<void> {
  const name = contract.family ?? contract.subject;
  try {
    const body = await metrics.observe('rpc_server', name, () =>
      withSpan(`${name} handle`, { kind: SpanKind.SERVER, parent: extractTrace(message.headers) }, async () =>
        contract.response.encode(await run(contract, message, handle)).finish(),
      ),
    );
    message.respond(body);
  } catch (error) {
    const { headers, body } = encodeError(error);
    message.respond(body, { headers });
    if (error instanceof OutcomeError) return;
    log.error({ err: error, subject: contract.subject }, 'a request failed');
    if (error instanceof Defect) onDefect(error);
  }
}

async function run<Req, Res>(
  contract: RpcContract<Req, Res>,
  message: Msg,
  handle: (request: Req, context: RpcCallContext) => Promise<Res>,
): Promise<Res> {
  let request: Req;
  try {
    request = contract.request.decode(message.data);
  } catch {
    throw badRequest(`the request is not a ${contract.service} ${contract.method} message`);
  }
  return handle(request, {
    subject: contract.subject,
    deadlineMs: Number(message.headers?.get(DEADLINE_HEADER)) || contract.deadlineMs,
    principal: message.headers?.get(PRINCIPAL_HEADER) || undefined,
    replyTo: message.reply ?? '',
  });
}

/**
 * Answers one contract on its subject outside Nest, by this process alone (no queue group): for requests that are meant for one replica.
 * Returns what ends it, after the requests in hand are answered.
 */
export function serveRpc<Req, Res>(
  { bus, ...parts }: AnswerParts & { readonly bus: Bus },
  contract: RpcContract<Req, Res>,
  handle: (request: Req, context: RpcCallContext) => Promise<Res>,
): () => Promise<void> {
  const inHand = new Set<Promise<void>>();
  const subscription = bus.nc.subscribe(contract.subject, {
    callback: (error, message) => {
      if (error) {
        parts.log.error({ err: error, subject: contract.subject }, 'a request subscription failed');
        return;
      }
      if (!asksInbox(message)) {
        parts.log.warn({ subject: contract.subject }, 'a request without an inbox is dropped');
        return;
      }
      const work = answerRequest(parts, contract, message, handle).finally(() => inHand.delete(work));
      inHand.add(work);
    },
  });
  return async () => {
    await subscription.drain().catch(() => undefined);
    await Promise.all(inHand);
  };
}
