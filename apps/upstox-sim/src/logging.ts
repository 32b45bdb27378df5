import { pino, type Logger } from 'pino';

const SECRETS = ['authorization', 'access_token', 'extended_token', 'client_secret', 'code', 'pin', 'token'];

/** JSON logs on standard output; whatever is named like a secret is blanked. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { service: 'upstox-sim' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  });
}
