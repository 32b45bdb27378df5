import type { GatewayAccess } from '@vega/client';
import { createApi } from '@reduxjs/toolkit/query/react';
import { session } from '../session/session.ts';
import { toFailure, type ApiFailure } from './failure.ts';

/** The gateway serves this page, so it is asked at the page's own origin. */
export const access: GatewayAccess = { baseUrl: '', token: () => session.token() };

export type Answer<T> = { data: T } | { error: ApiFailure };

/** The outcome of a call as an endpoint tells it. */
export async function answered<T>(call: Promise<T>): Promise<Answer<T>> {
  try {
    return { data: await call };
  } catch (error) {
    return { error: toFailure(error) };
  }
}

async function noBaseQuery(): Promise<{ error: ApiFailure }> {
  return { error: toFailure('every endpoint asks by itself') };
}

/** The gateway's REST interface; each room of the platform adds its endpoints. Nothing that changes with every tick passes through it. */
export const gatewayApi = createApi({
  reducerPath: 'gateway',
  baseQuery: noBaseQuery,
  endpoints: () => ({}),
});
