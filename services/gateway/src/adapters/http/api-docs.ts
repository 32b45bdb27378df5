import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

/** Where the documentation is served. */
export const DOCS_PATH = '/api/docs';
const JSON_PATH = '/api/openapi.json';

/** Files of the documentation page that come with Nest's swagger package, and their media types. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>VEGA-TRADE API</title>
    <link rel="stylesheet" href="${DOCS_PATH}/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${DOCS_PATH}/swagger-ui-bundle.js"></script>
    <script src="${DOCS_PATH}/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: '${JSON_PATH}', dom_id: '#swagger-ui', deepLinking: true });\n`;

/** Serves the document as JSON and as a page; both say nothing that the source does not. */
export function registerDocs(fastify: FastifyInstance, document: OpenAPIObject): void {
  const json = JSON.stringify(document);
  for (const path of [JSON_PATH, '/api/docs-json']) {
    fastify.get(path, (_request, reply) => reply.type('application/json').send(json));
  }
  fastify.get(DOCS_PATH, (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  fastify.get(`${DOCS_PATH}/start.js`, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  const folder = assetFolder();
  for (const [name, type] of Object.entries(ASSETS)) {
    const content = lazily(() => readFile(join(folder, name)));
    fastify.get(`${DOCS_PATH}/${name}`, async (_request, reply) => reply.type(type).send(await content()));
  }
}

/** The package is a dependency of Nest's, so it is looked up from there. */
function assetFolder(): string {
  const nest = createRequire(import.meta.url).resolve('@nestjs/swagger');
  return dirname(createRequire(nest).resolve('swagger-ui-dist/package.json'));
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
