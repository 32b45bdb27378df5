// Goal: a browser keeps its session without any script being able to read what would steal it.
// Method: the refresh token and the device's mark are cookies with the prefix `__Host-`: Secure, HttpOnly, for this host alone,
//   SameSite=Strict. Browsers take Secure cookies from 127.0.0.1 and localhost over http, which count as trustworthy
//   origins; any other address needs TLS. The secret of a broker login is SameSite=Lax, since the browser comes back with it
//   from another site.
// Invariant: what acts by a cookie alone (refresh, logout) is refused to pages of other origins.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuseForeignPage } from '../stream/stream-route.ts';

/** Injection token of the {@link AuthCookies}. */
export const AUTH_COOKIES = Symbol('AuthCookies');

const REFRESH = '__Host-vega-refresh';
const DEVICE = '__Host-vega-device';
const BROKER = '__Host-vega-broker';

const YEAR_S = 365 * 86_400;

/** Longest value that is looked at. */
const MAX_LENGTH = 200;

/** Sets and reads the cookies of sessions. */
export class AuthCookies {
  constructor(private readonly allowedOrigins: readonly string[]) {}

  /** The refresh token that the browser keeps; '' when there is none. Throws for a page of another origin. */
  refreshTokenOf(request: FastifyRequest): string {
    refuseForeignPage(request, this.allowedOrigins);
    return cookieOf(request, REFRESH);
  }

  /** Lets the browser keep a session; what is empty stays as it is. */
  keepSession(
    reply: FastifyReply,
    session: { refreshToken: string; refreshExpiresAtMs: number; deviceToken: string },
    nowMs: number,
  ): void {
    if (session.refreshToken !== '') {
      const ageS = Math.max(1, Math.floor((session.refreshExpiresAtMs - nowMs) / 1000));
      set(reply, REFRESH, session.refreshToken, 'Strict', ageS);
    }
    if (session.deviceToken !== '') set(reply, DEVICE, session.deviceToken, 'Strict', YEAR_S);
  }

  /** Lets the browser forget its session, not that it is a known device. */
  forgetSession(reply: FastifyReply): void {
    set(reply, REFRESH, '', 'Strict', 0);
  }

  /** Marks the browser in which a broker login was begun. */
  keepBrokerLogin(reply: FastifyReply, secret: string, ageS: number): void {
    set(reply, BROKER, secret, 'Lax', ageS);
  }

  /** The mark of a broker login, which is gone afterwards; '' when there is none. */
  takeBrokerLogin(request: FastifyRequest, reply: FastifyReply): string {
    set(reply, BROKER, '', 'Lax', 0);
    return cookieOf(request, BROKER);
  }
}

/** The device's own mark; '' for a new device. */
export function deviceTokenOf(request: FastifyRequest): string {
  return cookieOf(request, DEVICE);
}

function set(reply: FastifyReply, name: string, value: string, sameSite: 'Strict' | 'Lax', ageS: number): void {
  const cookie = `${name}=${value}; Path=/; Max-Age=${ageS}; Secure; HttpOnly; SameSite=${sameSite}`;
  void reply.header('set-cookie', cookie);
}

/** Values are ours: base64url, without anything to decode. */
function cookieOf(request: FastifyRequest, name: string): string {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=');
    if (key === name) return value.length <= MAX_LENGTH ? value : '';
  }
  return '';
}
