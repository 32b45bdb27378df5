import { freePort, isPortFree } from '@vega/testkit';

/** Ports of the stack, and what has to be said about those that had to move. */
export interface PortPlan {
  readonly ports: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Gives every name its default port when it is free and a free one otherwise; with `mode` free, free ones throughout. */
export async function planPorts(wanted: Readonly<Record<string, number>>, mode: 'default' | 'free'): Promise<PortPlan> {
  const ports: Record<string, number> = {};
  const notes: string[] = [];
  for (const [name, port] of Object.entries(wanted)) {
    if (mode === 'default' && (await isPortFree(port))) {
      ports[name] = port;
      continue;
    }
    let chosen = await freePort();
    while (Object.values(ports).includes(chosen) || Object.values(wanted).includes(chosen)) chosen = await freePort();
    ports[name] = chosen;
    if (mode === 'default') notes.push(`port ${port} (${name}) is taken: using ${chosen}`);
  }
  return { ports, notes };
}
