/**
 * The second door of the kill switch: an authenticated POST on orders' own port, for when NATS or the gateway is down. It
 * needs PostgreSQL alone. `POST /kill-switch` with `{"scope","stops","reason"}` and `Authorization: Bearer <secret>`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SwitchStops } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import { z } from 'zod';
import type { KillSwitches } from '../../app/kill-switches.ts';

const MAX_BODY_BYTES = 4_096;

const requestSchema = z.strictObject({
  scope: z.string().max(200),
  stops: z.enum(['NOTHING', 'OPENING', 'EVERYTHING']).default('OPENING'),
  reason: z.string().max(300).default(''),
});

export interface PanicDoor {
  readonly port: number;
  close(): Promise<void>;
}

export async function openPanicDoor(options: {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly switches: KillSwitches;
  readonly logger: Logger;
}): Promise<PanicDoor> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.logger.error({ err: error }, 'the panic door failed');
      tell(response, 503, { code: 'ORDER_STORE_UNAVAILABLE', detail: 'the switch could not be recorded' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { secret, switches, logger }: { secret: string; switches: KillSwitches; logger: Logger },
): Promise<void> {
  if (request.url !== '/kill-switch') return tell(response, 404, { code: 'NOT_FOUND' });
  if (request.method !== 'POST') return tell(response, 405, { code: 'METHOD_NOT_ALLOWED' });
  if (!isSecret(request.headers.authorization, secret)) return tell(response, 401, { code: 'UNAUTHENTICATED' });
  const parsed = requestSchema.safeParse(await readJson(request));
  if (!parsed.success) return tell(response, 400, { code: 'BAD_REQUEST', detail: 'scope, stops and reason' });
  const { scope, stops, reason } = parsed.data;
  try {
    const set =
      stops === 'NOTHING'
        ? await switches.release(scope, reason, 'panic door')
        : await switches.engage(scope, SwitchStops[stops], reason, 'panic door');
    logger.warn({ scope, stops, reason }, 'a kill switch was turned at the panic door');
    tell(response, 200, { scope: set.scope, stops, revision: set.revision });
  } catch (error) {
    if (!(error instanceof OutcomeError)) throw error;
    tell(response, 400, { code: error.code, detail: error.message });
  }
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isSecret(header: string | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${secret}`));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function tell(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
