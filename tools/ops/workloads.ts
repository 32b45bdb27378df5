// The pod templates within a set of manifests, under one view.
import { asList, asObject, at, nameOf, type Manifest, type Yaml, type YamlObject } from './manifests.ts';

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const;

/** A workload and its pod template. */
export interface Workload {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: YamlObject;
  readonly pod: YamlObject;
  readonly containers: YamlObject[];
  readonly manifest: Manifest;
}

/** Every workload of a rendered overlay. */
export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter((manifest) => (WORKLOAD_KINDS as readonly string[]).includes(manifest.kind))
    .map((manifest) => {
      const template = asObject(at(manifest, 'spec', 'template'));
      const pod = asObject(template['spec']);
      return {
        id: nameOf(manifest),
        kind: manifest.kind,
        name: manifest.metadata.name,
        labels: asObject(at(template, 'metadata', 'labels')),
        pod,
        containers: [...asList(pod['initContainers']), ...asList(pod['containers'])].map(asObject),
        manifest,
      };
    });
}

/** Whether a label selector (matchLabels and In-expressions) takes these labels. An empty selector takes all. */
export function selects(selector: Yaml | undefined, labels: YamlObject): boolean {
  const { matchLabels, matchExpressions } = asObject(selector);
  const byLabels = Object.entries(asObject(matchLabels)).every(([name, value]) => labels[name] === value);
  const byExpressions = asList(matchExpressions).every((expression) => {
    const { key, operator, values } = asObject(expression);
    if (operator !== 'In' || typeof key !== 'string') throw new Error('only In-expressions are used here');
    return asList(values).includes(labels[key] ?? null);
  });
  return byLabels && byExpressions;
}
