import {
  accounts,
  apiKeys,
  audit,
  beginSecondFactor,
  changePassword,
  confirmSecondFactor,
  createAccount,
  createApiKey,
  disableSecondFactor,
  me,
  removeAccount,
  renewRecoveryCodes,
  requestApproval,
  revokeApiKey,
  revokeSession,
  sessions,
  tokenStatus,
  updateAccount,
  updateUser,
  users,
  verifySecondFactor,
  type AccountsView,
  type ApiKeysView,
  type AuditRequest,
  type AuditView,
  type CreateAccountRequest,
  type CreateApiKeyRequest,
  type MeView,
  type SessionsView,
  type UpdateAccountRequest,
  type UpdateUserRequest,
  type UsersRequest,
  type UsersView,
} from '@vega/client';
import { access, answered, gatewayApi } from './gateway-api.ts';

/** What the gateway tells of people, their accounts and their programs. */
const authApi = gatewayApi.injectEndpoints({
  endpoints: (build) => ({
    me: build.query<MeView, undefined>({ queryFn: (_none, { signal }) => answered(me(access, { signal })) }),
    accounts: build.query<AccountsView, undefined>({
      queryFn: (_none, { signal }) => answered(accounts(access, { signal })),
    }),
    sessions: build.query<SessionsView, undefined>({
      queryFn: (_none, { signal }) => answered(sessions(access, { signal })),
    }),
    apiKeys: build.query<ApiKeysView, undefined>({
      queryFn: (_none, { signal }) => answered(apiKeys(access, { signal })),
    }),
    audit: build.query<AuditView, AuditRequest>({
      queryFn: (request, { signal }) => answered(audit(access, request, { signal })),
      keepUnusedDataFor: 5,
    }),
    users: build.query<UsersView, UsersRequest>({
      queryFn: (request, { signal }) => answered(users(access, request, { signal })),
      keepUnusedDataFor: 5,
    }),
  }),
});

export const { useMeQuery, useAccountsQuery, useSessionsQuery, useApiKeysQuery, useAuditQuery, useUsersQuery } =
  authApi;

/** What a person may do; each call throws what the client throws. Whoever calls asks again for what is shown. */
export const deeds = {
  createAccount: (body: CreateAccountRequest['body']) => createAccount(access, { body }),
  updateAccount: (account_id: string, body: UpdateAccountRequest['body']) =>
    updateAccount(access, { account_id, body }),
  removeAccount: (account_id: string) => removeAccount(access, { account_id }),
  checkTokens: () => tokenStatus(access, { check: 'true' }),
  requestApproval: (account_id: string) => requestApproval(access, { body: { account_id } }),
  changePassword: (current_password: string, new_password: string) =>
    changePassword(access, { body: { current_password, new_password } }),
  revokeSession: (session_id: string) => revokeSession(access, { session_id }),
  beginSecondFactor: (password: string) => beginSecondFactor(access, { body: { password } }),
  confirmSecondFactor: (code: string) => confirmSecondFactor(access, { body: { code } }),
  disableSecondFactor: (password: string, code: string) => disableSecondFactor(access, { body: { password, code } }),
  renewRecoveryCodes: (code: string) => renewRecoveryCodes(access, { body: { code } }),
  verifySecondFactor: (code: string) => verifySecondFactor(access, { body: { code } }),
  createApiKey: (body: CreateApiKeyRequest['body']) => createApiKey(access, { body }),
  revokeApiKey: (key_id: string) => revokeApiKey(access, { key_id }),
  updateUser: (user_id: string, body: UpdateUserRequest['body']) => updateUser(access, { user_id, body }),
};
