import { Inject } from '@nestjs/common';
import { Args, Context, Float, Int, Query, Resolver, Subscription } from '@nestjs/graphql';
import { authBrokerRpc, authPeopleRpc } from '@vega/contracts';
import type { Principal } from '../../app/principal.ts';
import { AccountsChannel } from '../../app/stream/accounts/accounts-channel.ts';
import { LiveFeeds, type LiveContext } from '../graphql/live-feeds.ts';
import { Access, Caller } from '../http/access.ts';
import { validated } from '../http/requests.ts';
import { AuthCalls } from './auth-calls.ts';
import { auditQuerySchema } from './auth-requests.ts';
import { AccountsUpdateView, AccountsView, TokenStatusesView } from './account.view.ts';
import { ApiKeyView, AuditView, MeView } from './auth.view.ts';
import {
  present,
  toAccountView,
  toApiKeyView,
  toAuditEntryView,
  toTokenStatusView,
  toUserView,
} from './to-auth-views.ts';

const text = (description: string) => ({ type: () => String, nullable: true, description });

/** The caller, their accounts and keys, and the audit trail for admins. */
@Resolver()
export class AuthResolver {
  constructor(
    @Inject(AuthCalls) private readonly auth: AuthCalls,
    @Inject(LiveFeeds) private readonly feeds: LiveFeeds,
    @Inject(AccountsChannel) private readonly channel: AccountsChannel,
  ) {}

  @Query(() => MeView, { nullable: true, description: 'The caller.' })
  @Access({ scope: 'read' })
  async me(@Caller() caller: Principal): Promise<MeView> {
    const { user } = await this.auth.ask(authPeopleRpc.getMe, {}, caller);
    return {
      user: toUserView(present(user)),
      kind: caller.kind,
      scopes: [...caller.scopes],
      second_factor_given: caller.mfa,
      expires_at_ms: caller.expiresAtMs,
    };
  }

  @Query(() => AccountsView, { nullable: true, description: "The caller's broker accounts." })
  @Access({ scope: 'read' })
  async accounts(@Caller() caller: Principal): Promise<AccountsView> {
    const { accounts, atMs } = await this.auth.ask(authBrokerRpc.listOwnAccounts, {}, caller);
    return { accounts: accounts.map(toAccountView), time_ms: atMs };
  }

  @Query(() => TokenStatusesView, { nullable: true, description: "The tokens of the caller's broker accounts." })
  @Access({ scope: 'read' })
  async token_status(@Caller() caller: Principal): Promise<TokenStatusesView> {
    const { tokens, atMs } = await this.auth.ask(authBrokerRpc.getTokenStatus, { check: false }, caller);
    return { tokens: tokens.map((token) => toTokenStatusView(token, atMs)), time_ms: atMs };
  }

  @Query(() => [ApiKeyView], { nullable: true, description: "The caller's API keys." })
  @Access({ scope: 'read', person: true })
  async api_keys(@Caller() caller: Principal): Promise<ApiKeyView[]> {
    const { keys } = await this.auth.ask(authPeopleRpc.listApiKeys, {}, caller);
    return keys.map(toApiKeyView);
  }

  @Query(() => AuditView, { nullable: true, description: 'The audit trail, newest first; for admins.' })
  @Access({ scope: 'read', role: 'admin', person: true })
  async audit(
    @Caller() caller: Principal,
    @Args('before', { type: () => Float, nullable: true, description: 'Entries before this one.' })
    before: number | null | undefined,
    @Args('limit', { type: () => Int, defaultValue: 50, description: '1 to 200.' }) limit: number,
    @Args('event', text('All when absent.')) event: string | null | undefined,
    @Args('user_id', text('All when absent.')) user_id: string | null | undefined,
    @Args('account_id', text('All when absent.')) account_id: string | null | undefined,
  ): Promise<AuditView> {
    const given = { before, limit, event, user_id, account_id };
    const asked = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined && one !== null));
    const query = await validated(auditQuerySchema, asked, 'audit');
    const { entries, nextBeforeSeq } = await this.auth.ask(
      authPeopleRpc.listAudit,
      {
        beforeSeq: query.before,
        limit: query.limit,
        event: query.event,
        userId: query.user_id,
        accountId: query.account_id,
        fromMs: query.from_ms,
        toMs: query.to_ms,
      },
      caller,
    );
    return { entries: entries.map(toAuditEntryView), next_before: nextBeforeSeq || null };
  }

  @Subscription(() => AccountsUpdateView, {
    name: 'accounts',
    description: "The caller's broker accounts, then again at every change.",
  })
  @Access({ scope: 'read' })
  followAccounts(
    @Context() context: LiveContext,
  ): Promise<AsyncIterableIterator<{ readonly accounts: AccountsUpdateView }>> {
    return this.feeds.follow(context, this.channel, {}, ({ seq, snapshot, body }, time_ms) => ({
      accounts: { seq, snapshot, time_ms, accounts: [...body.accounts] },
    }));
  }
}
