// Hands out a token of the simulator as auth does: sealed to whoever asks, told by an event when it changes.
import type { NatsConnection } from '@nats-io/nats-core';
import {
  authServiceRpc,
  BrokerEnvironment,
  BrokerToken,
  ReportRejectedTokenRequest,
  subjects,
  TokenChanged,
  TokenKind,
  TokenState,
  toBytes,
} from '@vega/contracts';
import { OutcomeError, systemClock } from '@vega/kernel';
import { BROKER_TOKEN_SEAL, createLogger, encodeError, seal } from '@vega/platform';
import { SimulatorTokenSource } from './simulator-token-source.ts';

const ACCOUNT = 'acc_standin';

/** A stand-in for auth that has one simulator account, logged in again whenever its token ends. */
export class BrokerTokenStandIn {
  private constructor(private readonly source: SimulatorTokenSource) {}

  static start(nc: NatsConnection, simUrl: string): Promise<BrokerTokenStandIn> {
    const logger = createLogger({ service: 'spec', replica: 'stand-in', level: 'silent' });
    const source = new SimulatorTokenSource(simUrl, systemClock, logger);
    source.onChange(() => {
      if (nc.isClosed()) return;
      const change = TokenChanged.create({ accountId: ACCOUNT, state: TokenState.VALID, atMs: Date.now() });
      nc.publish(subjects.token(ACCOUNT), toBytes(TokenChanged, change));
    });
    const { fetchBrokerToken, reportRejectedToken } = authServiceRpc;
    nc.subscribe(fetchBrokerToken.subject, {
      callback: (_error, message) => {
        const held = source.current();
        if (held === undefined || held.expiresAt <= Date.now()) {
          const refusal = encodeError(new OutcomeError('UPSTREAM_TOKEN', source.problem ?? 'none', {}, true));
          message.respond(refusal.body, { headers: refusal.headers });
          return;
        }
        const token = BrokerToken.create({
          accountId: ACCOUNT,
          accessToken: held.token,
          environment: BrokerEnvironment.SIMULATOR,
          expiresAtMs: held.expiresAt,
          kind: TokenKind.ACCESS,
        });
        const { requesterPublicKey } = fetchBrokerToken.request.decode(message.data);
        const sealed = seal(toBytes(BrokerToken, token), requesterPublicKey, BROKER_TOKEN_SEAL);
        message.respond(
          toBytes(fetchBrokerToken.response, {
            ephemeralPublicKey: Buffer.from(sealed.ephemeralPublicKey),
            nonce: Buffer.from(sealed.nonce),
            ciphertext: Buffer.from(sealed.ciphertext),
          }),
        );
      },
    });
    nc.subscribe(reportRejectedToken.subject, {
      callback: (_error, message) => {
        ReportRejectedTokenRequest.decode(message.data);
        const held = source.current();
        if (held !== undefined) source.reportRejected(held.token);
        message.respond();
      },
    });
    source.start();
    return Promise.resolve(new BrokerTokenStandIn(source));
  }

  stop(): void {
    this.source.stop();
  }
}
