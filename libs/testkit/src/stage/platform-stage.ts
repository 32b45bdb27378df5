/**
 * What orders needs of the platform around it, played by one NATS connection: auth's keys, accounts and broker tokens, and
 * market-feed's quotes, sessions and time, read from the simulator. The crypto is written here a second time.
 */
import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  AccountChanged,
  authServiceRpc,
  BrokerEnvironment,
  BrokerToken,
  type BrokerAccount,
  FeedHealth,
  HealthState,
  marketFeedRpc,
  MarketStatus,
  type Quote,
  type RpcContract,
  SessionStatus,
  subjects,
  Tick,
  TickMode,
  TickSource,
  TokenKind,
  TokenState,
} from '@vega/contracts';
import type { BrokerStage, BrokerUser, StagedInstrument } from './broker-stage.ts';

export interface PlatformStageOptions {
  readonly natsUrl: string;
  readonly broker: BrokerStage;
  /** Accounts by id, each with the broker user behind it. */
  readonly accounts: readonly { readonly accountId: string; readonly userId: string; readonly user: BrokerUser }[];
}

export interface PlatformStage {
  readonly nc: NatsConnection;
  /** An access token of a user. */
  token(userId: string, change?: Readonly<Record<string, unknown>>): string;
  /** Changes an account and tells it. */
  changeAccount(accountId: string, change: Partial<BrokerAccount>): void;
  /** Market time as it is told, epoch ms. */
  marketNow(): number;
  /** While set, nothing is told of the market: the feed is mute. */
  mute: boolean;
  marketSource: 'live' | 'simulator';
  session: SessionStatus;
  close(): Promise<void>;
}

const KEY_ID = 'stage-1';
const HEALTH_MS = 300;

/** Starts answering. */
export async function startPlatformStage(options: PlatformStageOptions): Promise<PlatformStage> {
  const { broker } = options;
  const nc = await connect({
    servers: options.natsUrl,
    name: 'platform-stage',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
  });
  const keys = generateKeyPairSync('ed25519');
  const accounts = new Map(options.accounts.map((one) => [one.accountId, accountOf(one)]));
  const behind = new Map(options.accounts.map((one) => [one.accountId, one.user]));
  const instruments = new Map((await broker.instruments()).map((one) => [one.instrument_key, one]));
  const first = options.accounts[0]?.user;
  if (first === undefined) throw new Error('a stage has at least one account');
  const marketOffset = await offsetOf(broker);
  const stage: PlatformStage = {
    nc,
    mute: false,
    marketSource: 'simulator',
    session: SessionStatus.NORMAL_OPEN,
    marketNow: () => Math.round(Date.now() + marketOffset),
    token: (userId, change = {}) => accessToken(keys.privateKey, userId, change),
    changeAccount(accountId, change) {
      const account = accounts.get(accountId);
      if (account === undefined) throw new Error(`there is no account ${accountId}`);
      const next = { ...account, ...change, revision: account.revision + 1 };
      accounts.set(accountId, next);
      nc.publish(subjects.account(accountId), AccountChanged.encode({ account: next, atMs: Date.now() }).finish());
    },
    async close() {
      clearInterval(beat);
      await nc.close();
    },
  };
  const wanted = new Set<string>();
  let seq = 0;
  const health = (): FeedHealth =>
    FeedHealth.create({
      replica: 'stage',
      feedEpoch: 1,
      state: HealthState.GREEN,
      marketTimeMs: stage.marketNow(),
      marketSource: stage.marketSource,
      lastTickAgeMs: 0,
      reportedAtMs: Date.now(),
    });
  const quotesOf = async (symbols: readonly string[]): Promise<Quote[]> => {
    const query = symbols.map((one) => encodeURIComponent(one)).join(',');
    const { data } = await broker.get(first, `/v2/market-quote/quotes?instrument_key=${query}`);
    const rows = Object.values((data ?? {}) as Record<string, WireQuote>);
    return rows.flatMap((row) => {
      const instrument = instruments.get(row.instrument_token);
      return instrument === undefined ? [] : [quoteOf(row, instrument, stage.marketNow())];
    });
  };
  const beat = setInterval(() => {
    if (stage.mute || nc.isClosed()) return;
    nc.publish(subjects.health('stage'), FeedHealth.encode(health()).finish());
    for (const segment of ['NSE_FO', 'NSE_EQ']) {
      const status = MarketStatus.create({
        segment,
        status: stage.session,
        marketTimeMs: stage.marketNow(),
        source: 'feed',
      });
      nc.publish(subjects.status(segment), MarketStatus.encode(status).finish());
    }
    if (wanted.size === 0) return;
    void quotesOf([...wanted])
      .then((quotes) => {
        for (const { tick } of quotes) {
          if (tick === undefined || nc.isClosed()) continue;
          seq += 1;
          nc.publish(subjects.tick(tick.instrumentKey as never), Tick.encode({ ...tick, seq }).finish());
        }
      })
      .catch(() => undefined);
  }, HEALTH_MS);
  serve(nc, authServiceRpc.getKeys, () => ({
    keys: [{ keyId: KEY_ID, publicKey: rawKey(keys.publicKey), endsAtMs: 0 }],
    revocations: [],
    atMs: Date.now(),
  }));
  serve(nc, authServiceRpc.listAccounts, () => ({ accounts: [...accounts.values()] }));
  serve(nc, authServiceRpc.reportRejectedToken, () => ({}));
  serve(nc, authServiceRpc.fetchBrokerToken, ({ accountId, requesterPublicKey }) => {
    const user = behind.get(accountId);
    const token = BrokerToken.create({
      accountId,
      accessToken: user?.token ?? '',
      environment: BrokerEnvironment.SIMULATOR,
      brokerUserId: user?.userId ?? '',
      issuedAtMs: Date.now(),
      expiresAtMs: user?.expiresAtMs ?? 0,
      egressAddress: user?.egress ?? '',
      kind: TokenKind.ACCESS,
    });
    return sealTo(BrokerToken.encode(token).finish(), requesterPublicKey, 'vega broker token v1');
  });
  serve(nc, marketFeedRpc.getQuotes, async ({ symbols }) => {
    const quotes = await quotesOf(symbols);
    const found = new Set(quotes.map((quote) => quote.instrument?.instrumentKey));
    return { quotes, unknown: symbols.filter((one) => !found.has(one)), unavailable: [] };
  });
  serve(nc, marketFeedRpc.getFeedStatus, () => ({
    health: health(),
    sessions: [],
    masterDate: '',
    masterRows: instruments.size,
  }));
  serve(nc, marketFeedRpc.renewInterest, ({ interests }) => {
    for (const { instrumentKey } of interests) wanted.add(instrumentKey);
    return { expiresAtMs: Date.now() + 30_000, refused: [] };
  });
  await nc.flush();
  return stage;
}

function serve<Req, Res>(
  nc: NatsConnection,
  contract: RpcContract<Req, Res>,
  answer: (request: Req) => Res | Promise<Res>,
): void {
  nc.subscribe(contract.subject, {
    callback: (error, message) => {
      if (error !== null) return;
      void Promise.resolve(answer(contract.request.decode(message.data)))
        .then((reply) => message.respond(contract.response.encode(reply).finish()))
        .catch(() => undefined);
    },
  });
}

/** Market time minus wall time of the simulator, milliseconds. */
async function offsetOf(broker: BrokerStage): Promise<number> {
  const before = Date.now();
  const { market } = (await (await fetch(`${broker.url}/sim/status`)).json()) as { market: { time: number } };
  return market.time - (before + Date.now()) / 2;
}

function accountOf({ accountId, userId, user }: PlatformStageOptions['accounts'][number]): BrokerAccount {
  return {
    accountId,
    userId,
    label: accountId,
    environment: BrokerEnvironment.SIMULATOR,
    brokerUserId: user.userId,
    clientId: user.clientId,
    redirectUri: '',
    egressAddress: user.egress,
    enabled: true,
    tradingAllowed: true,
    tokenState: TokenState.VALID,
    tokenIssuedAtMs: Date.now(),
    tokenExpiresAtMs: user.expiresAtMs,
    tokenCheckedAtMs: Date.now(),
    tokenReason: '',
    hasAnalyticsToken: false,
    consentAtMs: 1,
    removed: false,
    revision: 1,
    approvalExpiresAtMs: 0,
    relation: 'own',
    createdAtMs: 1,
  };
}

interface WireQuote {
  readonly instrument_token: string;
  readonly last_price: number;
  readonly lower_circuit_limit?: number | null;
  readonly upper_circuit_limit?: number | null;
}

function quoteOf(row: WireQuote, instrument: StagedInstrument, marketMs: number): Quote {
  const paise = (rupees: number): number => Math.round(rupees * 100);
  const band = (rupees: number | null | undefined): number | undefined => (rupees ? paise(rupees) : undefined);
  return {
    instrument: {
      instrumentId: 1,
      instrumentKey: instrument.instrument_key,
      segment: instrument.segment,
      exchange: instrument.exchange,
      instrumentType: instrument.instrument_type,
      tradingSymbol: instrument.trading_symbol,
      name: instrument.name,
      isin: '',
      underlyingKey: instrument.underlying_key ?? '',
      underlyingSymbol: instrument.underlying_symbol ?? '',
      underlyingType: instrument.underlying_type ?? '',
      expiryDate:
        instrument.expiry === undefined ? '' : new Date(instrument.expiry + 19_800_000).toISOString().slice(0, 10),
      strikePaise: paise(instrument.strike_price ?? 0),
      lotSize: instrument.lot_size,
      freezeQty: instrument.freeze_quantity,
      tickSizePaise: instrument.tick_size,
      weekly: false,
      firstSeen: '',
      lastSeen: '',
    },
    tick: Tick.create({
      instrumentKey: instrument.instrument_key,
      instrumentId: 1,
      feedEpoch: 1,
      seq: 1,
      source: TickSource.FEED_LIVE,
      mode: TickMode.FULL,
      marketTimeMs: marketMs,
      receivedTimeUs: Date.now() * 1000,
      lastPricePaise: paise(row.last_price),
    }),
    connectionAgeMs: 0,
    quoteAgeMs: 0,
    tradeAgeMs: undefined,
    staleReason: 1,
    session: SessionStatus.NORMAL_OPEN,
    lowerCircuitPaise: band(row.lower_circuit_limit),
    upperCircuitPaise: band(row.upper_circuit_limit),
  };
}

function accessToken(key: KeyObject, userId: string, change: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Date.now() / 1000;
  const claims = {
    iss: 'vega-auth',
    aud: 'vega',
    sub: userId,
    sid: 'ses_stage',
    jti: randomBytes(9).toString('hex'),
    iat: now - 1,
    exp: now + 3_600,
    role: 'trader',
    scope: 'read trade',
    mfa: true,
    kind: 'user',
    ...change,
  };
  const text = `${part({ alg: 'EdDSA', typ: 'at+jwt', kid: KEY_ID })}.${part(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

function rawKey(key: KeyObject): Buffer {
  return Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url');
}

/** X25519 with a fresh key pair, HKDF-SHA256 over the shared secret bound to both public keys, AES-256-GCM. */
function sealTo(plain: Uint8Array, recipient: Uint8Array, purpose: string) {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const ephemeral = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  const theirs = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(recipient).toString('base64url') },
    format: 'jwk',
  });
  const shared = diffieHellman({ privateKey, publicKey: theirs });
  const salt = Buffer.concat([ephemeral, recipient]);
  const key = Buffer.from(hkdfSync('sha256', shared, salt, purpose, 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { ephemeralPublicKey: ephemeral, nonce, ciphertext };
}
