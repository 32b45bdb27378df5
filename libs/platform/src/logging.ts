import { trace } from '@opentelemetry/api';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

const SECRET_NAMES = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'pin',
  'secret',
  'client_secret',
  'clientSecret',
  'api_secret',
  'apiSecret',
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'extended_token',
  'analytics_token',
];

/** Paths that pino blanks: each secret's name at the top, one and two levels down, and an OAuth code within a query. */
const REDACTED = ['query.code', '*.query.code'].concat(
  SECRET_NAMES.flatMap((name) => {
    const step = /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `["${name}"]`;
    return [step.startsWith('.') ? name : step, `*${step}`, `*.*${step}`];
  }),
);

/** Credentials inside text: bearer tokens, JWTs and passwords within URLs. */
const SECRET_TEXT = /(Bearer\s+)[^\s"',]+|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(:\/\/[^/\s:@]+:)[^@\s/]+(?=@)/g;

/** Text without the credentials that errors and URLs tend to carry. */
export function redactText(text: string): string {
  return text.replace(SECRET_TEXT, (_all, bearer?: string, url?: string) => `${bearer ?? url ?? ''}[redacted]`);
}

/** JSON logs on standard output, one line each: service, replica, trace id when there is one, secrets blanked. */
export function createLogger(
  options: { service: string; replica: string; level: string },
  destination: DestinationStream = pino.destination({ sync: true }),
): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, replica: options.replica },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[redacted]' },
      serializers: { err: serializeError },
      mixin() {
        const span = trace.getActiveSpan()?.spanContext();
        return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
      },
      hooks: {
        logMethod(args, method) {
          const clean = args.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg));
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
}

/** An error and its causes as data, with credentials blanked. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactText(error) : error;
  const { code, outcome, context } = error as Error & { code?: unknown; outcome?: unknown; context?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    stack: error.stack === undefined ? undefined : redactText(error.stack),
    code,
    outcome,
    context,
    cause: error.cause === undefined ? undefined : serializeError(error.cause),
  };
}

/** Nest's own messages through the same logger. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
      if (message instanceof Error) logger[level]({ err: message, context }, message.message);
      else logger[level]({ context }, typeof message === 'string' ? message : JSON.stringify(message));
    };
  return {
    // Nest narrates every mapped route at "log": worth having only when looking for trouble.
    log: write('debug'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  };
}
