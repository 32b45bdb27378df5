// Answers what the gateway asks auth at start, with a key and accounts of the spec's own, and makes tokens.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  AccountChanged,
  authServiceRpc,
  BrokerAccount,
  BrokerEnvironment,
  Revocation,
  RevocationKind,
  subjects,
  toBytes,
  type RpcContract,
} from '@vega/contracts';
import { signAccessToken } from '@vega/platform';
import { principal } from './principals.ts';
import type { Principal } from '../src/app/principal.ts';

/** A stand-in for auth. */
export class AuthStandIn {
  readonly accounts: BrokerAccount[] = [];
  readonly revocations: Revocation[] = [];
  private readonly keys = generateKeyPairSync('ed25519');
  private made = 0;

  private constructor(private readonly nc: NatsConnection) {}

  static async start(natsUrl: string): Promise<AuthStandIn> {
    const one = new AuthStandIn(await connect({ servers: natsUrl }));
    one.answer(authServiceRpc.getKeys, () => {
      const publicKey = Buffer.from(one.keys.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
      return { keys: [{ keyId: 'key_spec', publicKey, endsAtMs: 0 }], revocations: one.revocations, atMs: Date.now() };
    });
    one.answer(authServiceRpc.listAccounts, () => ({ accounts: one.accounts }));
    await one.nc.flush();
    return one;
  }

  /** Adds an account of a user and tells it. */
  addAccount(accountId: string, userId: string): void {
    const environment = BrokerEnvironment.SIMULATOR;
    const account = BrokerAccount.create({ accountId, userId, environment, label: accountId, revision: 1 });
    this.accounts.push(account);
    this.nc.publish(subjects.account(accountId), toBytes(AccountChanged, { account, atMs: Date.now() }));
  }

  /** Resolves when the server has all that was published. */
  told(): Promise<void> {
    return this.nc.flush();
  }

  /** A token of somebody; `privateKey` signs it, the stand-in's own unless given. */
  token(more: Partial<Principal> = {}, privateKey: KeyObject = this.keys.privateKey): string {
    this.made += 1;
    const nowMs = Date.now();
    const tokenId = `tok_${this.made}`;
    const times = { issuedAtMs: nowMs, expiresAtMs: nowMs + 900_000 };
    return signAccessToken(principal({ tokenId, ...times, ...more }), { keyId: 'key_spec', privateKey });
  }

  /** Ends a session everywhere. */
  async endSession(id: string): Promise<void> {
    const atMs = Date.now();
    const revocation = { kind: RevocationKind.SESSION, id, notBeforeMs: atMs, atMs, untilMs: atMs + 900_000 };
    this.revocations.push(revocation);
    this.nc.publish(subjects.revocation('session'), toBytes(Revocation, revocation));
    await this.nc.flush();
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  private answer<Req, Res>(contract: RpcContract<Req, Res>, make: (request: Req) => Res): void {
    this.nc.subscribe(contract.subject, {
      callback: (_error, message) =>
        void message.respond(toBytes(contract.response, make(contract.request.decode(message.data)))),
    });
  }
}
