import { UpstoxError } from './upstox-error.ts';

/** Failures that happen before a request can have left: no address, no route, no listener, no trusted certificate. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/**
 * The {@link UpstoxError} for an exception of `fetch` or of reading its body. Only the exception's code is kept: its
 * text may quote headers.
 */
export function transportFailure(api: string, error: unknown): UpstoxError {
  const transportCode = codeIn(error) ?? 'UNKNOWN';
  const facts = { api, transportCode };
  if (BEFORE_SENDING.has(transportCode)) {
    return new UpstoxError('UPSTOX_UNREACHABLE', `no connection (${transportCode})`, 'not-sent', facts);
  }
  if (TIMED_OUT.has(transportCode)) {
    return new UpstoxError('UPSTOX_TIMEOUT', `no complete answer in time (${transportCode})`, 'unknown', facts);
  }
  if (transportCode.startsWith('Z_')) {
    return new UpstoxError('UPSTOX_BAD_REPLY', `the answer does not decompress (${transportCode})`, 'unknown', facts);
  }
  return new UpstoxError('UPSTOX_CONNECTION_LOST', `the connection broke (${transportCode})`, 'unknown', facts);
}

/** The first `code` along the chain of causes; of a joint failure of several addresses, the code all of them share. */
function codeIn(error: unknown): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth += 1) {
    const { code, errors, cause } = at as { code?: unknown; errors?: unknown; cause?: unknown };
    if (Array.isArray(errors) && errors.length > 0) return jointCode(errors);
    if (typeof code === 'string') return code;
    at = cause;
  }
  return undefined;
}

function jointCode(errors: readonly unknown[]): string {
  const codes = errors.map((one) => codeIn(one) ?? 'UNKNOWN');
  const first = codes[0] ?? 'UNKNOWN';
  return codes.every((code) => code === first || BEFORE_SENDING.has(code)) ? first : 'SEVERAL_FAILURES';
}
