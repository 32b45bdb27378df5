import { OutcomeError } from '@vega/kernel';
import { type BrokerAccounts, type Principal, requireAccount, requireTrading } from '@vega/platform';
import type { Caller } from './writer-options.ts';

/**
 * Who asks for orders of an account. An account of somebody else is refused as unknown; what else stands against trading it
 * is told as a fault, which the risk check of the principal turns into a denial.
 */
export function callerOf(accounts: BrokerAccounts, principal: Principal, accountId: string): Caller {
  requireAccount(accounts, principal, accountId);
  const { userId } = principal;
  try {
    requireTrading(accounts, principal, accountId);
    return { userId, fault: undefined };
  } catch (error) {
    if (error instanceof OutcomeError) return { userId, fault: error.message };
    throw error;
  }
}
