import { stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DOCS_PATH } from '../http/api-docs.ts';

/** The pattern under which the web app is served; every other route goes before it. */
export const WEB_PATTERN = '/*';

const INDEX = 'index.html';

/** Names of files below it carry a hash of their content, so they never change. */
const HASHED_FOLDER = `assets${sep}`;
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Addresses that are not the web app's, whatever a browser says that it accepts. */
const OTHERS = /^\/(api|stream|graphql|graphiql|hooks)(\/|$)/;

/**
 * Serves the built web app: its files, and its page for every address that a browser navigates to and no other route has.
 * Without an app (`folder` undefined, or no page in it) `/` leads to the documentation. Returns whether there is one.
 */
export async function registerWebApp(fastify: FastifyInstance, folder: string | undefined): Promise<boolean> {
  const root = folder === undefined ? undefined : resolve(folder);
  if (root === undefined || !(await isFile(join(root, INDEX)))) {
    fastify.get('/', (_request, reply) => reply.redirect(DOCS_PATH));
    return false;
  }
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const file = await fileFor(root, request);
    if (file === undefined) {
      reply.callNotFound();
      return undefined;
    }
    void reply.header('cache-control', file.startsWith(HASHED_FOLDER) ? IMMUTABLE : 'no-cache');
    return reply.sendFile(file);
  };
  // In a scope of its own, since others register the same plugin for files of theirs.
  await fastify.register(async (scope) => {
    await scope.register(fastifyStatic, { root, serve: false, cacheControl: false, index: false, dotfiles: 'ignore' });
    scope.route({ method: ['GET', 'HEAD'], url: WEB_PATTERN, exposeHeadRoute: false, handler });
  });
  return true;
}

/** The file, relative to the root, that answers a request; undefined when none does. */
async function fileFor(root: string, request: FastifyRequest): Promise<string | undefined> {
  const path = (request.params as { '*': string })['*'];
  const wanted = resolve(root, `.${sep}${path}`);
  if (wanted.startsWith(root + sep) && !path.includes('\0') && (await isFile(wanted))) {
    return wanted.slice(root.length + 1);
  }
  const isPage = (request.headers.accept ?? '').includes('text/html') && !OTHERS.test(`/${path}`);
  return isPage ? INDEX : undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
