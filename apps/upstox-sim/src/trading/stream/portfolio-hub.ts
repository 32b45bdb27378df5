import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Grant, TokenVault } from '../../server/auth/token-vault.ts';
import { UPDATE_TYPES, type AccountUpdate, type UpdateType } from '../views/account-updates.ts';
import type { UpdateFaults } from './update-faults.ts';

interface Listener {
  readonly id: number;
  readonly socket: WebSocket;
  readonly grant: Grant;
  readonly types: ReadonlySet<UpdateType>;
}

const IDLE_PING_MS = 10_000;
const GOING_AWAY = 1001;
const TOKEN_EXPIRED = 1008;
/** A client that owes more than this has stopped reading. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Open portfolio streams that one user may have. */
const CONNECTIONS_PER_USER = 5;

/** The portfolio stream: each update as one flat JSON text to every connection of its account that wants its type. */
export class PortfolioHub {
  private readonly listeners = new Set<Listener>();
  private readonly pinger: Timer;
  private nextId = 1;
  private sent = 0;

  constructor(
    private readonly tokens: TokenVault,
    private readonly faults: UpdateFaults,
    clock: Clock,
    private readonly log: Logger,
  ) {
    tokens.onDeath(() => this.closeDead());
    this.pinger = repeat(clock, IDLE_PING_MS, () => this.everyWhile());
  }

  hasRoom(userId: string): boolean {
    let open = 0;
    for (const listener of this.listeners) if (listener.grant.userId === userId) open++;
    return open < CONNECTIONS_PER_USER;
  }

  /** Takes over a socket whose handshake has succeeded. Nothing is replayed: the client reads the books itself. */
  accept(socket: WebSocket, grant: Grant, types: ReadonlySet<UpdateType>): void {
    const listener: Listener = { id: this.nextId++, socket, grant, types };
    this.listeners.add(listener);
    socket.on('error', (error) => this.log.debug({ error: error.message }, 'portfolio socket error'));
    socket.on('close', () => {
      this.listeners.delete(listener);
      this.faults.forget(listener);
    });
    this.log.info({ user: grant.userId, types: [...types] }, 'portfolio stream connected');
  }

  /** Tells an update to those who want it. */
  publish(update: AccountUpdate): void {
    let text: string | undefined;
    for (const listener of this.listeners) {
      if (listener.grant.userId !== update.account || !listener.types.has(update.type)) continue;
      text ??= JSON.stringify(this.faults.disguise(update));
      const frame = text;
      this.faults.pass('stream', listener, update, () => this.send(listener, frame));
    }
  }

  status(): Record<string, number> {
    return { connections: this.listeners.size, sent: this.sent };
  }

  /** Says goodbye. */
  close(): void {
    this.pinger.cancel();
    for (const { socket } of this.listeners) socket.close(GOING_AWAY);
  }

  /** Ends what did not say goodbye itself. */
  terminate(): void {
    for (const { socket } of this.listeners) socket.terminate();
  }

  private send(listener: Listener, text: string): void {
    const { socket } = listener;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      socket.terminate();
      return;
    }
    socket.send(text);
    this.sent++;
  }

  private everyWhile(): void {
    this.closeDead();
    for (const { socket } of this.listeners) if (socket.readyState === socket.OPEN) socket.ping();
  }

  private closeDead(): void {
    for (const { socket, grant } of this.listeners) if (!this.tokens.isAlive(grant)) socket.close(TOKEN_EXPIRED);
  }
}

/** The types of an `update_types` parameter; orders alone when it is absent, undefined when it names another. */
export function parseUpdateTypes(text: string | null): ReadonlySet<UpdateType> | undefined {
  if (text === null || text === '') return new Set<UpdateType>(['order']);
  const types = text.split(',').map((type) => type.trim());
  const known = types.filter((type): type is UpdateType => (UPDATE_TYPES as readonly string[]).includes(type));
  return known.length === types.length ? new Set(known) : undefined;
}
