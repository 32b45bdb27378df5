// Goal: run a handler over a JetStream stream so that nothing is lost and nothing overtakes within a key.
// Method: one durable pull consumer; each key has a chain of promises; a failing message is retried in place, so that
//   later messages of its key wait and other keys go on; after `maxAttempts` it goes to the dead-letter stream with its
//   history and its key continues.
// Invariants: a message is acknowledged only after its handler returned or after the dead-letter stream acknowledged
//   it; at most one handler runs per key; at most `maxInHand` messages are in memory.
import { jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { SpanKind } from '@opentelemetry/api';
import { headers as natsHeaders } from '@nats-io/nats-core';
import { STREAMS, subjects, type Codec, type StreamDefinition } from '@vega/contracts';
import { Defect, type Clock } from '@vega/kernel';
import type { Bus } from './bus.ts';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';
import { ensureDurable, ensureStreams } from './streams.ts';
import { extractTrace, withSpan } from './telemetry.ts';

/** What a handler is told of a message beside its content. */
export interface ConsumedMessage {
  readonly subject: string;
  /** Sequence within the stream. */
  readonly streamSeq: number;
  /** 1 at the first delivery; more when an earlier process died with it in hand. */
  readonly delivery: number;
}

export interface ConsumeOptions<T> {
  stream: StreamDefinition;
  /** One of the durable readers that the stream's definition names. */
  durable: string;
  codec: Codec<T>;
  /** Messages of one key are handled in order; default: the subject. */
  keyOf?: (message: T, subject: string) => string;
  handle: (message: T, info: ConsumedMessage) => Promise<void>;
  /** Tries of one message, over all processes, before it becomes a dead letter. */
  maxAttempts?: number;
  /** Wait before the second try, doubled for each further one, milliseconds. */
  retryDelayMs?: number;
}

export interface Consumption {
  /** Takes no further message and waits for those in hand. */
  stop(): Promise<void>;
}

export interface ConsumeContext {
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  onDefect: (error: Error) => void;
  /** Copies of the dead-letter stream on the NATS cluster; 1 unless given. */
  replicas?: number;
}

/** Starts consuming. Throws when the stream is not there. */
export async function consume<T>(context: ConsumeContext, options: ConsumeOptions<T>): Promise<Consumption> {
  // Before the first message: a message that cannot be buried could only come again and again.
  await ensureStreams(context.bus, [STREAMS.deadLetters], { replicas: context.replicas ?? 1 });
  const { ackWaitMs, maxInHand } = await ensureDurable(context.bus, options.stream, options.durable);
  const consumer = await jetstream(context.bus.nc).consumers.get(options.stream.name, options.durable);
  const messages = await consumer.consume({ max_messages: maxInHand });
  return new Runner(context, options, messages, ackWaitMs).start();
}

class Runner<T> implements Consumption {
  private readonly chains = new Map<string, Promise<void>>();
  private readonly context: ConsumeContext;
  private readonly options: ConsumeOptions<T>;
  private readonly messages: ConsumerMessages;
  private readonly ackWaitMs: number;
  private stopping = false;
  private reading: Promise<void> = Promise.resolve();

  constructor(context: ConsumeContext, options: ConsumeOptions<T>, messages: ConsumerMessages, ackWaitMs: number) {
    this.context = context;
    this.options = options;
    this.messages = messages;
    this.ackWaitMs = ackWaitMs;
  }

  start(): this {
    this.reading = this.read().catch((error: unknown) => this.context.onDefect(error as Error));
    return this;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.messages.close();
    await this.reading;
    await Promise.all(this.chains.values());
  }

  private async read(): Promise<void> {
    for await (const message of this.messages) {
      if (this.stopping) {
        message.nak();
        continue;
      }
      const decoded = this.decode(message);
      const key =
        decoded === undefined ? message.subject : (this.options.keyOf?.(decoded, message.subject) ?? message.subject);
      const before = this.chains.get(key) ?? Promise.resolve();
      const work = before.then(() => this.settle(message, decoded));
      this.chains.set(key, work);
      void work.finally(() => {
        if (this.chains.get(key) === work) this.chains.delete(key);
      });
    }
  }

  private decode(message: JsMsg): T | undefined {
    try {
      return this.options.codec.decode(message.data);
    } catch {
      return undefined;
    }
  }

  /** Handles one message to its end: acknowledged, dead-lettered, or left for redelivery because we are stopping. */
  private async settle(message: JsMsg, decoded: T | undefined): Promise<void> {
    const { clock, logger } = this.context;
    const history: string[] = [];
    const maxAttempts = this.options.maxAttempts ?? 5;
    const alive = setInterval(() => message.working(), this.ackWaitMs / 3);
    try {
      if (decoded === undefined) return await this.bury(message, ['the message does not decode']);
      for (let attempt = message.info.deliveryCount; attempt <= maxAttempts; attempt += 1) {
        if (this.stopping && history.length > 0) return message.nak();
        const problem = await this.attempt(message, decoded);
        if (problem === undefined) return message.ack();
        history.push(`${new Date(clock.wallNow()).toISOString()} attempt ${attempt}: ${problem}`);
        logger.warn({ consumer: this.options.durable, subject: message.subject, attempt, problem }, 'a message failed');
        if (attempt < maxAttempts) await this.pause((this.options.retryDelayMs ?? 200) * 2 ** (attempt - 1));
      }
      if (history.length === 0) history.push(`delivered ${message.info.deliveryCount} times without an end`);
      await this.bury(message, history);
    } catch (error) {
      // Neither handled nor buried: unacknowledged, it comes again.
      logger.error(
        { err: error, consumer: this.options.durable, subject: message.subject },
        'a message stays unsettled',
      );
    } finally {
      clearInterval(alive);
    }
  }

  private async attempt(message: JsMsg, decoded: T): Promise<string | undefined> {
    const info = { subject: message.subject, streamSeq: message.seq, delivery: message.info.deliveryCount };
    const name = this.options.durable;
    try {
      await this.context.metrics.observe('consumer', name, () =>
        withSpan(`${name} consume`, { kind: SpanKind.CONSUMER, parent: extractTrace(message.headers) }, () =>
          this.options.handle(decoded, info),
        ),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Defect) this.context.onDefect(error);
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  private async bury(message: JsMsg, history: readonly string[]): Promise<void> {
    const headers = natsHeaders();
    headers.set('Vega-Subject', message.subject);
    headers.set('Vega-Stream', this.options.stream.name);
    headers.set('Vega-Stream-Seq', String(message.seq));
    for (const line of history) headers.append('Vega-History', line.replaceAll(/[\r\n]+/g, ' ').slice(0, 500));
    headers.set('Nats-Msg-Id', `${this.options.stream.name}:${message.seq}:${this.options.durable}`);
    const js = jetstream(this.context.bus.nc);
    await js.publish(subjects.deadLetter(this.options.durable), message.data, {
      headers,
      expect: { streamName: STREAMS.deadLetters.name },
    });
    this.context.metrics.deadLetters.inc({ consumer: this.options.durable });
    this.context.logger.error(
      { consumer: this.options.durable, subject: message.subject, seq: message.seq, history },
      'a message became a dead letter',
    );
    message.term('dead letter');
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.context.clock.after(ms, resolve));
  }
}
