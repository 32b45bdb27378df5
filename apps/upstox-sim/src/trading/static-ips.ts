import { isIP } from 'node:net';
import { DAY_MS, dayOfWeek, addDays, istDateOf } from '@vega/kernel';
import { z } from 'zod';
import type { JsonFile } from '../server/json-file.ts';

const Registered = z.object({
  primary: z.string(),
  secondary: z.string(),
  primaryAt: z.number(),
  secondaryAt: z.number(),
});

/** The addresses that users have registered, by user. */
export const StaticIpState = z.record(z.string(), Registered);
export type StaticIpState = z.infer<typeof StaticIpState>;
export type RegisteredIps = z.infer<typeof Registered>;

export type IpRefusal = 'INVALID' | 'SAME' | 'TAKEN' | 'THIS_WEEK';

/**
 * The static addresses from which each user may send orders. Demo user n starts with 127.0.0.n, so that several
 * accounts can trade from one machine, each from an address of its own.
 */
export class StaticIps {
  private readonly byUser: Map<string, RegisteredIps>;

  constructor(
    private readonly file: JsonFile<StaticIpState>,
    users: readonly string[],
    private readonly now: () => number,
  ) {
    this.byUser = new Map(
      users.map((user, index) => [
        user,
        { primary: `127.0.0.${index + 1}`, secondary: '', primaryAt: 0, secondaryAt: 0 },
      ]),
    );
    for (const [user, ips] of Object.entries(file.read() ?? {})) this.byUser.set(user, ips);
  }

  of(user: string): RegisteredIps | undefined {
    return this.byUser.get(user);
  }

  /** Whether a request of the user may come from an address. */
  allows(user: string, address: string): boolean {
    const ips = this.byUser.get(user);
    const plain = plainAddress(address);
    return ips !== undefined && (ips.primary === plain || (ips.secondary !== '' && ips.secondary === plain));
  }

  /** Registers addresses, at most once a calendar week; durable when it resolves. */
  async register(user: string, primary: string, secondary: string): Promise<IpRefusal | undefined> {
    const now = this.now();
    const known = this.byUser.get(user);
    if (isIP(primary) === 0 || (secondary !== '' && isIP(secondary) === 0)) return 'INVALID';
    if (primary === secondary) return 'SAME';
    for (const [other, ips] of this.byUser) {
      const theirs = [ips.primary, ips.secondary].filter((one) => one !== '');
      if (other !== user && [primary, secondary].some((one) => theirs.includes(one))) return 'TAKEN';
    }
    if (known !== undefined && weekOf(Math.max(known.primaryAt, known.secondaryAt)) === weekOf(now)) return 'THIS_WEEK';
    const changed = (before: string | undefined, value: string, at: number | undefined): number =>
      before === value ? (at ?? 0) : now;
    this.byUser.set(user, {
      primary,
      secondary,
      primaryAt: changed(known?.primary, primary, known?.primaryAt),
      secondaryAt: changed(known?.secondary, secondary, known?.secondaryAt),
    });
    await this.file.write(Object.fromEntries(this.byUser));
    return undefined;
  }
}

/** The Monday of an instant's week, IST. */
function weekOf(epochMs: number): string {
  if (epochMs < DAY_MS) return '';
  const date = istDateOf(epochMs);
  return addDays(date, -((dayOfWeek(date) + 6) % 7));
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
