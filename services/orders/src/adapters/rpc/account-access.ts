import { type BrokerAccount, type WriterCommand, type WriterCommandReply, writerCommand } from '@vega/contracts';
import { OperationalError, OutcomeError } from '@vega/kernel';
import {
  type BrokerAccounts,
  type Principal,
  type PrincipalVerifier,
  requireAccount,
  requireScope,
  type RpcCallContext,
  type RpcClient,
} from '@vega/platform';

/** Injection token of the {@link AccountAccess}. */
export const ACCOUNT_ACCESS = Symbol('AccountAccess');

/** Who asks, whether the account is theirs, and the way to the account's writer. */
export class AccountAccess {
  constructor(
    private readonly verifier: PrincipalVerifier,
    private readonly accounts: BrokerAccounts,
    private readonly rpc: RpcClient,
  ) {}

  principal(call: RpcCallContext): Promise<Principal> {
    return this.verifier.verify(call.principal);
  }

  /** The account, when whoever asks may look at it. */
  async reader(call: RpcCallContext, accountId: string): Promise<{ principal: Principal; account: BrokerAccount }> {
    const principal = await this.principal(call);
    requireScope(principal, 'read');
    return { principal, account: requireAccount(this.accounts, principal, accountId) };
  }

  /** The account, when whoever asks may act on it. */
  async trader(call: RpcCallContext, accountId: string): Promise<{ principal: Principal; account: BrokerAccount }> {
    const found = await this.reader(call, accountId);
    requireScope(found.principal, 'trade');
    return found;
  }

  /** Accounts that a principal may act on. */
  accountsOf(principal: Principal): readonly BrokerAccount[] {
    return this.accounts
      .all()
      .filter(
        ({ userId, accountId }) => userId === principal.userId && principal.accounts?.includes(accountId) !== false,
      );
  }

  all(): readonly BrokerAccount[] {
    return this.accounts.all();
  }

  /** Asks the account's writer, wherever it runs. Throws WRITER_UNAVAILABLE while there is none. */
  async command(
    call: RpcCallContext,
    accountId: string,
    command: WriterCommand['command'],
  ): Promise<WriterCommandReply> {
    try {
      return await this.rpc.call(
        writerCommand(accountId),
        { command },
        { deadlineMs: call.deadlineMs, ...(call.principal === undefined ? {} : { principal: call.principal }) },
      );
    } catch (error) {
      if (error instanceof OperationalError && error.outcome === 'not-sent') {
        throw new OutcomeError('WRITER_UNAVAILABLE', 'nobody writes this account at the moment', {}, true);
      }
      throw error;
    }
  }
}
