/**
 * Tries what a user may do against a real nats-server, over a bare socket: no client library that would stay away from
 * what it expects to be refused. The answer of the server is the only judge.
 */
import { connect, type Socket } from 'node:net';
import { nkeys } from '@nats-io/nats-core';

/** How the server took one subscription or publication. */
export type Verdict = 'allowed' | 'refused';

/** One connection as one user. */
export class PermissionProbe {
  private received = '';
  private readonly waiting: { until: RegExp; tell: (text: string) => void }[] = [];
  private subscriptions = 0;
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      this.received += text;
      this.wake();
    });
  }

  /** Connects and signs as the user of `seed`. Rejects when the server does not take it. */
  static async open(url: string, seed: string): Promise<PermissionProbe> {
    const { hostname, port } = new URL(url);
    const probe = new PermissionProbe(connect({ host: hostname, port: Number(port) }));
    const info = /INFO (.*)\r\n/.exec(await probe.until(/INFO .*\r\n/))?.[1] ?? '{}';
    const { nonce } = JSON.parse(info) as { nonce?: string };
    const key = nkeys.fromSeed(new TextEncoder().encode(seed));
    const sig = Buffer.from(key.sign(new TextEncoder().encode(nonce ?? ''))).toString('base64url');
    const hello = { verbose: false, pedantic: false, headers: true, no_responders: true, protocol: 1 };
    probe.socket.write(
      `CONNECT ${JSON.stringify({ ...hello, nkey: key.getPublicKey(), sig, lang: 'probe', version: '1' })}\r\nPING\r\n`,
    );
    const answer = await probe.until(/PONG\r\n|-ERR [^\r]*\r\n/);
    if (answer.includes('-ERR')) throw new Error(/-ERR [^\r]*/.exec(answer)?.[0]);
    return probe;
  }

  /** Subscribes, in a queue group when one is given, and keeps the subscription when it is allowed. */
  subscribe(subject: string, queue = ''): Promise<Verdict> {
    this.subscriptions += 1;
    return this.attempt(`SUB ${subject} ${queue === '' ? '' : `${queue} `}${this.subscriptions}\r\n`);
  }

  /** Publishes; with `reply` as a request would. */
  publish(subject: string, payload = '', reply = ''): Promise<Verdict> {
    return this.attempt(`PUB ${subject} ${reply === '' ? '' : `${reply} `}${payload.length}\r\n${payload}\r\n`);
  }

  /** Whatever has come and was not read: `MSG` lines with their payloads. Waits for the first that matches. */
  receive(pattern: RegExp): Promise<string> {
    return this.until(pattern);
  }

  /** What has come so far and was not read. */
  pending(): string {
    return this.received;
  }

  close(): void {
    this.socket.destroy();
  }

  /** A violation is told before the answer to the next ping, so silence up to the pong means consent. */
  private async attempt(words: string): Promise<Verdict> {
    this.socket.write(`${words}PING\r\n`);
    const answer = await this.until(/PONG\r\n/);
    if (/-ERR 'Permissions Violation/.test(answer)) return 'refused';
    if (answer.includes('-ERR')) throw new Error(/-ERR [^\r]*/.exec(answer)?.[0]);
    // What else came with it was meant for a subscription.
    this.received = answer.replace(/PONG\r\n/, '') + this.received;
    return 'allowed';
  }

  private until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing like ${pattern} came: ${this.received}`)), 20_000);
      this.waiting.push({
        until: pattern,
        tell: (text) => {
          clearTimeout(timer);
          resolve(text);
        },
      });
      this.wake();
    });
  }

  private wake(): void {
    const first = this.waiting[0];
    if (first === undefined) return;
    const match = first.until.exec(this.received);
    if (match === null) return;
    const end = match.index + match[0].length;
    const text = this.received.slice(0, end);
    this.received = this.received.slice(end);
    this.waiting.shift();
    first.tell(text);
    this.wake();
  }
}
