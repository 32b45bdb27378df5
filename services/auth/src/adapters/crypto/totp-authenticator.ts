import { Secret, TOTP } from 'otpauth';
import type { Authenticator } from '../../app/ports.ts';

const PERIOD_S = 30;
const SECRET_BYTES = 20;

/** Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator has them. */
export class TotpAuthenticator implements Authenticator {
  newSecret(): string {
    return new Secret({ size: SECRET_BYTES }).base32;
  }

  uri(secret: string, email: string): string {
    return totp(secret, email).toString();
  }

  stepOf(secret: string, code: string, nowMs: number): number | undefined {
    if (!/^\d{6}$/.test(code)) return undefined;
    const delta = totp(secret, '').validate({ token: code, timestamp: nowMs, window: 1 });
    return delta === null ? undefined : Math.floor(nowMs / 1000 / PERIOD_S) + delta;
  }
}

function totp(secret: string, label: string): TOTP {
  const shared = { issuer: 'VEGA-TRADE', algorithm: 'SHA1', digits: 6, period: PERIOD_S };
  return new TOTP({ ...shared, secret: Secret.fromBase32(secret), ...(label === '' ? {} : { label }) });
}
