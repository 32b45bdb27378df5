import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTelemetry, withSpan } from './telemetry.ts';

describe('tracing to a collector', () => {
  const posts: { path: string | undefined; body: Buffer }[] = [];
  let collector: Server;

  beforeAll(async () => {
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        posts.push({ path: request.url, body: Buffer.concat(chunks) });
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => collector.close(resolve)));

  it('has sent what ended when telemetry is shut down, with the name of the service', async () => {
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
    const telemetry = startTelemetry({ service: 'spec-service', replica: 'spec-1', endpoint, file: undefined });
    await withSpan('a span of the spec', {}, () => Promise.resolve());
    await telemetry.shutdown();
    expect(posts.map(({ path }) => path)).toEqual(['/v1/traces']);
    const words = ['a span of the spec', 'spec-service', 'spec-1'];
    expect(words.filter((word) => posts[0]?.body.includes(word) !== true)).toEqual([]);
  });
});
