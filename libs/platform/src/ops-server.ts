import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** The port on which operators and Kubernetes look at a service: `/health/live`, `/health/ready`, `/metrics`. */
export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startOpsServer(options: {
  host: string;
  port: number;
  health: Health;
  metrics: Metrics;
}): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, options).catch(() => {
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
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
  url: string,
  response: ServerResponse,
  options: { health: Health; metrics: Metrics },
): Promise<void> {
  if (url === '/health/live') return json(response, 200, { live: true });
  if (url === '/health/ready') {
    const readiness = await options.health.readiness();
    return json(response, readiness.ready ? 200 : 503, readiness);
  }
  if (url === '/metrics') {
    const text = await options.metrics.registry.metrics();
    response.writeHead(200, { 'content-type': options.metrics.registry.contentType }).end(text);
    return;
  }
  json(response, 404, { title: 'There is nothing here.', paths: ['/health/live', '/health/ready', '/metrics'] });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
