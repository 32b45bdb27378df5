// Renders the Kustomize overlays and reads them as plain objects.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** Any YAML value. */
export type Yaml = string | number | boolean | null | Yaml[] | { [name: string]: Yaml | undefined };
export type YamlObject = { [name: string]: Yaml | undefined };

/** One Kubernetes object as it would be applied. */
export type Manifest = YamlObject & { apiVersion: string; kind: string; metadata: YamlObject & { name: string } };

export const OVERLAYS = ['dev', 'prod'] as const;
export type Overlay = (typeof OVERLAYS)[number];

const root = join(import.meta.dirname, '../..');

/** Whether `kubectl kustomize` can be run here. */
export function canRender(): boolean {
  return spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
}

/** The objects of an overlay as `kubectl kustomize` renders them. */
export function renderOverlay(overlay: Overlay): Manifest[] {
  const folder = join(root, 'deploy/k8s/overlays', overlay);
  return parseManifests(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }));
}

/** The objects of a YAML text. Throws at the first document that is not a named Kubernetes object. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.toJS() as Yaml;
    })
    .filter((value) => value !== null)
    .map((value) => {
      const { apiVersion, kind, metadata } = asObject(value);
      if (
        typeof apiVersion !== 'string' ||
        typeof kind !== 'string' ||
        typeof asObject(metadata)['name'] !== 'string'
      ) {
        throw new Error(`not a Kubernetes object: ${JSON.stringify(value).slice(0, 120)}`);
      }
      return value as Manifest;
    });
}

/** The value as an object; an empty one when it is something else. */
export function asObject(value: Yaml | undefined): YamlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The value as a list; an empty one when it is something else. */
export function asList(value: Yaml | undefined): Yaml[] {
  return Array.isArray(value) ? value : [];
}

/** The value at a path of names and indices; undefined where the path ends early. */
export function at(value: Yaml | undefined, ...path: (string | number)[]): Yaml | undefined {
  let here: Yaml | undefined = value;
  for (const step of path) here = typeof step === 'number' ? asList(here)[step] : asObject(here)[step];
  return here;
}

/** `Kind/name`, as people name an object. */
export function nameOf(manifest: Manifest): string {
  return `${manifest.kind}/${manifest.metadata.name}`;
}
