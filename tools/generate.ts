// Regenerates what is generated: protobuf code, reference tables, AsyncAPI, OpenAPI, dashboards and their manifests. `--check` fails when that would
// change anything; it expects the gateway to be built, which `npm test` has done by then.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { stateFolder } from '@vega/testkit';
import { clientSource, type OpenApiDocument } from '@vega/client/generate';
import { natsManifests } from './bus/nats-manifests.ts';
import { observabilityFiles } from './observability/observability-files.ts';
import { referenceDocuments } from './reference-docs.ts';
import { buildRooms } from './stack/build.ts';

const root = dirname(import.meta.dirname);
const contracts = join(root, 'libs/contracts');
const check = process.argv.includes('--check');
const wanted = new Map<string, string>();

function filesUnder(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return found;
}

function runBuf(folder: string, ...args: string[]): void {
  execFileSync(join(root, 'node_modules/.bin/buf'), args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Generates the protobuf code in a copy beside the sources, so that a failed run leaves the tree as it was. */
function generatedCode(): Map<string, string> {
  const copy = mkdtempSync(join(tmpdir(), 'vega-generate-'));
  try {
    for (const name of ['proto', 'buf.yaml', 'buf.gen.yaml']) {
      cpSync(join(contracts, name), join(copy, name), { recursive: true });
    }
    const plugin = join(root, 'node_modules/ts-proto/protoc-gen-ts_proto');
    const template = readFileSync(join(copy, 'buf.gen.yaml'), 'utf8').replace(/local: .*/, `local: ${plugin}`);
    writeFileSync(join(copy, 'buf.gen.yaml'), template);
    runBuf(copy, 'lint');
    runBuf(copy, 'generate');
    const code = filesUnder(join(copy, 'src/gen'));
    runBuf(copy, 'build', '--as-file-descriptor-set', '--exclude-source-info', '-o', 'schemas.binpb');
    const schemas = readFileSync(join(copy, 'schemas.binpb'));
    wanted.set('clients/python/vega_bus/schemas.py', pythonSchemas(schemas));
    return code.set('descriptor-set.ts', descriptorSource(schemas));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The schemas themselves as code, for whoever tells them at run time, where there are no .proto files. */
function descriptorSource(set: Buffer): string {
  const lines = set.toString('base64').match(/.{1,110}/g) ?? [];
  return [
    '// Generated from proto/. Do not edit.',
    '/** A google.protobuf.FileDescriptorSet of every schema, in base64. */',
    'export const FILE_DESCRIPTOR_SET = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

/** The same for the Python client, which needs no compiler of schemas. */
function pythonSchemas(set: Buffer): string {
  const lines = set.toString('base64').match(/.{1,110}/g) ?? [];
  return [
    '# Generated from libs/contracts/proto by "npm run generate". Do not edit.',
    '"""A google.protobuf.FileDescriptorSet of every schema, in base64."""',
    '',
    'FILE_DESCRIPTOR_SET = (',
    ...lines.map((line) => `    "${line}"`),
    ')',
    '',
  ].join('\n');
}

for (const [path, text] of generatedCode()) wanted.set(join('libs/contracts/src/gen', path), text);
for (const [path, text] of referenceDocuments()) wanted.set(path, text);
for (const [path, text] of natsManifests()) wanted.set(path, text);
for (const [path, text] of await observabilityFiles(root)) wanted.set(path, text);

const stale: string[] = [];

/** Compares files with what they should be and, unless checking, writes them. */
function settle(files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const absolute = join(root, path);
    let present: string | undefined;
    try {
      present = readFileSync(absolute, 'utf8');
    } catch {
      present = undefined;
    }
    if (present === text) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }
}

settle(wanted);
for (const path of filesUnder(join(contracts, 'src/gen')).keys()) {
  const full = join('libs/contracts/src/gen', path);
  if (wanted.has(full)) continue;
  stale.push(full);
  if (!check) rmSync(join(root, full));
}

if (!check) await build();
// Decorated classes describe the API, and only built ones run: hence a process of its own without the sources' condition.
const printed = (program: string): string =>
  execFileSync(process.execPath, [join(root, 'services/gateway/dist', program)], { encoding: 'utf8' });
const openApi = printed('print-openapi.js');
settle(
  new Map([
    ['docs/reference/openapi.json', openApi],
    ['docs/reference/schema.graphql', printed('print-graphql.js')],
    ['libs/client/src/gen/api.ts', clientSource(JSON.parse(openApi) as OpenApiDocument)],
  ]),
);

async function build(): Promise<void> {
  const log = join(stateFolder(), 'logs/generate-build.log');
  const { code } = await buildRooms(root, log);
  if (code !== 0) throw new Error(`The build failed; the log is ${log}`);
}

if (stale.length === 0) process.stdout.write('generated files are up to date\n');
else process.stdout.write(`${check ? 'out of date' : 'written'}:\n${stale.map((path) => `  ${path}\n`).join('')}`);
if (check && stale.length > 0) {
  process.stderr.write('Generated files differ from their sources: run "npm run generate" and commit the result.\n');
  process.exitCode = 1;
}
