import { ObjectType } from '@nestjs/graphql';
import {
  Choice,
  Count,
  EpochMs,
  Flag,
  IsoTime,
  Many,
  MaybeCount,
  One,
  OneWordOf,
  Text,
  Word,
  Words,
} from '../http/views/fields.ts';

export const ROLE_NAMES = ['viewer', 'trader', 'admin'] as const;

/** A person. */
@ObjectType('User', { description: 'A person.' })
export class UserView {
  @Word('Identity of the user.')
  user_id!: string;

  @Word('E-mail address in its normal form.')
  email!: string;

  @OneWordOf(ROLE_NAMES, 'What they may do.')
  role!: string;

  @Flag('Whether a second factor is asked for at sign-in.')
  second_factor!: boolean;

  @Count('Recovery codes that were not used yet.')
  recovery_codes_left!: number;

  @Flag('Whether they are not admitted.')
  disabled!: boolean;

  @EpochMs('When they registered.')
  created_at_ms!: number | null;
}

/** What a caller is. */
@ObjectType('Me', { description: 'The caller, and what the present token allows.' })
export class MeView {
  @One(UserView)
  user!: UserView;

  @OneWordOf(['user', 'api_key', 'deployment'], 'Who shows the token.')
  kind!: string;

  @Words('read, trade.')
  scopes!: string[];

  @Flag('Whether the present session gave its second factor: needed for live trading.')
  second_factor_given!: boolean;

  @EpochMs('When the present token ends.')
  expires_at_ms!: number | null;
}

/** A session as the browser is given it; the refresh token is in a cookie that scripts cannot read. */
@ObjectType('AuthSession')
export class SessionView {
  @Word('For the header Authorization: Bearer. Keep it in memory only.')
  access_token!: string;

  @EpochMs('When the access token ends.')
  expires_at_ms!: number | null;

  @One(UserView)
  user!: UserView;
}

/** A session with the refresh token in the body, for programs without cookies. */
@ObjectType('ProgramSession')
export class ProgramSessionView extends SessionView {
  @Text('For refreshing, where it was asked for in the body; null for browsers, which keep it in a cookie.')
  refresh_token!: string | null;
}

/** Nothing more to say. */
@ObjectType('Done')
export class DoneView {
  @Flag('Always true: a refusal is a problem.')
  done!: boolean;
}

/** One session of the caller. */
@ObjectType('SessionSummary')
export class SessionSummaryView {
  @Word('Identity of the session.')
  session_id!: string;

  @EpochMs('When it began.')
  created_at_ms!: number | null;

  @EpochMs('When it was last refreshed.')
  last_used_at_ms!: number | null;

  @EpochMs('When it ends.')
  expires_at_ms!: number | null;

  @Word('Address that it began from.')
  address!: string;

  @Word('Program that it began with.')
  user_agent!: string;

  @Flag('Whether it is the present one.')
  current!: boolean;
}

@ObjectType('AuthSessions')
export class SessionsView {
  @Many(SessionSummaryView)
  sessions!: SessionSummaryView[];
}

/** What an authenticator is set up with. */
@ObjectType('SecondFactorSetup')
export class SecondFactorSetupView {
  @Word('Base32, to be typed.')
  secret!: string;

  @Word('For a QR code.')
  otpauth_uri!: string;
}

/** Codes for the day the authenticator is lost; shown once. */
@ObjectType('RecoveryCodes')
export class RecoveryCodesView {
  @Words('Each works once.')
  recovery_codes!: string[];
}

/** Recovery codes, and a token that says that the second factor was given. */
@ObjectType('SecondFactorOn')
export class SecondFactorOnView extends RecoveryCodesView {
  @One(SessionView)
  session!: SessionView;
}

/** A key for a program. */
@ObjectType('ApiKey', { description: 'A key for a program; the key itself is told once.' })
export class ApiKeyView {
  @Word('Identity of the key.')
  key_id!: string;

  @Word('Its name.')
  name!: string;

  @OneWordOf(['read', 'read trade'], 'What it allows.')
  scope!: string;

  @Word('Its first characters.')
  prefix!: string;

  @Words('Addresses or networks it works from; empty = any.')
  allowed_addresses!: string[];

  @EpochMs('When it was made.')
  created_at_ms!: number | null;

  @EpochMs('When it ends.')
  expires_at_ms!: number | null;

  @EpochMs('When it was last exchanged for a token.')
  last_used_at_ms!: number | null;

  @EpochMs('When it was revoked.')
  revoked_at_ms!: number | null;
}

@ObjectType('ApiKeys')
export class ApiKeysView {
  @Many(ApiKeyView)
  keys!: ApiKeyView[];
}

@ObjectType('NewApiKey')
export class NewApiKeyView {
  @One(ApiKeyView)
  key!: ApiKeyView;

  @Word('The key itself, told this once.')
  api_key!: string;
}

/** A fact of an audit entry. */
@ObjectType('AuditFact')
export class AuditFactView {
  @Word()
  name!: string;

  @Word()
  value!: string;
}

/** One entry of the audit trail. */
@ObjectType('AuditEntry')
export class AuditEntryView {
  @Count('Place in the trail.')
  seq!: number;

  @EpochMs('When it happened.')
  at_ms!: number | null;

  @IsoTime('The same.')
  at!: string | null;

  @Word('What happened.')
  event!: string;

  @OneWordOf(['ok', 'refused'])
  outcome!: string;

  @Text('Who acted.')
  actor_user_id!: string | null;

  @Choice(['user', 'api_key', 'deployment'], 'By what.')
  actor_kind!: string | null;

  @Text('Whom it concerns.')
  subject_user_id!: string | null;

  @Text('Which account it concerns.')
  account_id!: string | null;

  @Text('Where from.')
  address!: string | null;

  @Text('With which program.')
  user_agent!: string | null;

  @Text('Finds it in logs and traces.')
  trace_id!: string | null;

  @Many(AuditFactView)
  facts!: AuditFactView[];
}

@ObjectType('Audit')
export class AuditView {
  @Many(AuditEntryView, 'Newest first.')
  entries!: AuditEntryView[];

  @MaybeCount('For the next page, as `before`; null at the end.')
  next_before!: number | null;
}

@ObjectType('Users')
export class UsersView {
  @Many(UserView)
  users!: UserView[];

  @Text('For the next page, as `after`; null at the end.')
  next_after!: string | null;
}

/** A public key that tokens are signed with (RFC 7517, RFC 8037). */
@ObjectType('JsonWebKey')
export class JsonWebKeyView {
  @Word()
  kid!: string;

  @OneWordOf(['OKP'])
  kty!: string;

  @OneWordOf(['Ed25519'])
  crv!: string;

  @OneWordOf(['EdDSA'])
  alg!: string;

  @OneWordOf(['sig'])
  use!: string;

  @Word('base64url.')
  x!: string;
}

@ObjectType('JsonWebKeySet')
export class JsonWebKeySetView {
  @Many(JsonWebKeyView)
  keys!: JsonWebKeyView[];
}

/** The user to try a simulated platform with. */
@ObjectType('Demo')
export class DemoView {
  @Text('E-mail address.')
  email!: string | null;

  @Text('Password; the same as the launcher printed.')
  password!: string | null;
}
