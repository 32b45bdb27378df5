// Goal: say whether an API server would take a manifest, without one.
// Method: the compiled OpenAPI schemas of kubernetes-models check types and required fields. They let unknown fields
//   pass, so each object is handed to them inside a proxy that notes which properties were looked at: what the schema
//   never looked at, it does not know.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { OPERATOR_KINDS } from './monitoring.ts';
import type { Manifest, Yaml } from './manifests.ts';

interface SchemaError {
  instancePath: string;
  message?: string;
  keyword: string;
  params: Record<string, unknown>;
}

type Validator = ((data: unknown) => boolean) & { errors?: SchemaError[] | null };

const modelsFolder = dirname(createRequire(import.meta.url).resolve('kubernetes-models/package.json'));
const schemaFiles = new Map<string, string>();
for (const file of readdirSync(join(modelsFolder, '_schemas'))) {
  const match = /^IoK8sApi(.+)\.js$/.exec(file);
  if (match?.[1] !== undefined) schemaFiles.set(match[1].toLowerCase(), file);
}

/** The schema's file name of an apiVersion and kind: `apps/v1`, `Deployment` -> `AppsV1Deployment`. */
function schemaName(apiVersion: string, kind: string): string {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `${group.replace(/\..*$/, '')}${version}${kind}`.toLowerCase();
}

async function loadValidator(manifest: Manifest): Promise<Validator | undefined> {
  const file = schemaFiles.get(schemaName(manifest.apiVersion, manifest.kind));
  if (file === undefined) return undefined;
  const module = (await import(pathToFileURL(join(modelsFolder, '_schemas', file)).href)) as { validate: Validator };
  return module.validate;
}

/** Everything an API server would refuse in a manifest, one sentence each; empty when it would be taken. */
export async function validateManifest(manifest: Manifest): Promise<string[]> {
  const operators = OPERATOR_KINDS[`${manifest.apiVersion} ${manifest.kind}`];
  if (operators !== undefined) {
    const parsed = operators.safeParse(manifest);
    return (parsed.error?.issues ?? []).map(({ path, message }) => `/${path.map(String).join('/')} ${message}`);
  }
  const validate = await loadValidator(manifest);
  if (validate === undefined) return [`no schema is known for ${manifest.apiVersion} ${manifest.kind}`];
  const witness = new Witness();
  const problems: string[] = [];
  if (!validate(witness.watch(manifest, ''))) {
    for (const error of validate.errors ?? []) {
      problems.push(
        `${error.instancePath || '/'} ${error.message ?? `${error.keyword} ${JSON.stringify(error.params)}`}`,
      );
    }
  }
  return [...problems, ...witness.unknownFields().map((path) => `${path} is not a field of the schema`)];
}

/** Wraps a value so that every property read is noted. */
class Witness {
  private readonly watched: { value: object; path: string; seen: Set<string> }[] = [];
  private readonly proxies = new Map<object, unknown>();

  watch(value: Yaml | undefined, path: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.proxies.get(value);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    if (!Array.isArray(value)) this.watched.push({ value, path, seen });
    const proxy = new Proxy(value, {
      get: (target, name) => {
        const inner = Reflect.get(target, name) as Yaml | undefined;
        if (typeof name === 'symbol') return inner;
        seen.add(name);
        return typeof inner === 'object' ? this.watch(inner, `${path}/${name}`) : inner;
      },
    });
    this.proxies.set(value, proxy);
    return proxy;
  }

  unknownFields(): string[] {
    return this.watched.flatMap(({ value, path, seen }) =>
      Object.keys(value)
        .filter((name) => !seen.has(name))
        .map((name) => `${path}/${name}`),
    );
  }
}
