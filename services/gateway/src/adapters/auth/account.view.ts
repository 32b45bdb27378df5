import { ObjectType } from '@nestjs/graphql';
import { ENVIRONMENTS, TOKEN_STATES, type AccountFigures } from '../../app/stream/accounts/accounts-channel.ts';
import { Count, EpochMs, Flag, IsoTime, Many, MaybeCount, One, OneWordOf, Text, Word } from '../http/views/fields.ts';

/** A broker account of the caller; secrets go in and do not come out. */
@ObjectType('Account', { description: 'A broker account of the caller, without its secrets.' })
export class AccountView implements AccountFigures {
  @Word('Identity of the account.')
  account_id!: string;

  @Word('Its name.')
  label!: string;

  @OneWordOf(ENVIRONMENTS, 'Which Upstox it talks to; fixed at creation.')
  environment!: AccountFigures['environment'];

  @Text('Customer code at the broker; null before the first login.')
  broker_user_id!: string | null;

  @Word('API key of the app.')
  client_id!: string;

  @Word('Where logins come back to, as registered with the broker.')
  redirect_uri!: string;

  @Text('Registered address that orders leave from.')
  egress_address!: string | null;

  @OneWordOf(['own', 'family'])
  relation!: string;

  @Flag("The owner's own switch.")
  enabled!: boolean;

  @Flag('Whether orders may be sent.')
  trading_allowed!: boolean;

  @OneWordOf(TOKEN_STATES, 'Of the broker login.')
  token_state!: AccountFigures['token_state'];

  @EpochMs('When the broker login was made.')
  token_issued_at_ms!: number | null;

  @EpochMs('When the broker login ends: the next 03:30 IST.')
  token_expires_at_ms!: number | null;

  @IsoTime('The same.')
  token_expires_at!: string | null;

  @EpochMs('When the broker was last asked whether it takes the token.')
  token_checked_at_ms!: number | null;

  @Text('What is wrong with the token, for a person.')
  token_reason!: string | null;

  @EpochMs('Until when an approval on the phone is waited for.')
  approval_expires_at_ms!: number | null;

  @Flag('Whether a long-lived token for market data was given.')
  has_analytics_token!: boolean;

  @EpochMs('When the owner agreed to orders by program.')
  consent_at_ms!: number | null;

  @EpochMs('When it was added.')
  created_at_ms!: number;

  @Count('Grows with every change.')
  revision!: number;
}

@ObjectType('Accounts')
export class AccountsView {
  @Many(AccountView)
  accounts!: AccountView[];

  @Count("Auth's clock, epoch milliseconds: what countdowns count from.")
  time_ms!: number;
}

/** An account after a change. */
@ObjectType('ChangedAccount')
export class ChangedAccountView {
  @One(AccountView)
  account!: AccountView;

  @Text('Path below the address of the platform to set as notifier URL of the app, when it is new. Told this once.')
  notifier_path!: string | null;
}

/** Where a broker login begins. */
@ObjectType('LoginUrl')
export class LoginUrlView {
  @Word("The broker's dialog: open it in this browser within ten minutes.", { format: 'uri' })
  url!: string;

  @EpochMs('When it is over.')
  expires_at_ms!: number | null;
}

@ObjectType('Approval')
export class ApprovalView {
  @EpochMs('When the request ends.')
  expires_at_ms!: number | null;
}

/** The token of one account. */
@ObjectType('TokenStatus')
export class TokenStatusView {
  @Word('Identity of the account.')
  account_id!: string;

  @Word('Its name.')
  label!: string;

  @OneWordOf(ENVIRONMENTS)
  environment!: string;

  @OneWordOf(TOKEN_STATES)
  state!: string;

  @EpochMs('When it was issued.')
  issued_at_ms!: number | null;

  @EpochMs('When it ends.')
  expires_at_ms!: number | null;

  @MaybeCount('Milliseconds it still lives; null without one.')
  life_ms!: number | null;

  @EpochMs('When the broker was last asked about it.')
  checked_at_ms!: number | null;

  @Text('What is wrong with it, for a person.')
  reason!: string | null;

  @EpochMs('When the analytics token ends, where there is one.')
  analytics_expires_at_ms!: number | null;

  @EpochMs('Until when an approval on the phone is waited for.')
  approval_expires_at_ms!: number | null;
}

@ObjectType('TokenStatuses')
export class TokenStatusesView {
  @Many(TokenStatusView)
  tokens!: TokenStatusView[];

  @Count('Epoch milliseconds.')
  time_ms!: number;
}

/** The caller's accounts as they are streamed. */
@ObjectType('AccountsUpdate')
export class AccountsUpdateView {
  @Count('Place in the sequence.')
  seq!: number;

  @Flag('Whether it is the first.')
  snapshot!: boolean;

  @Count('Epoch milliseconds.')
  time_ms!: number;

  @Many(AccountView)
  accounts!: AccountView[];
}
