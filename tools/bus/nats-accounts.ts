/** The accounts and users of the bus as nats-server's configuration wants them. */
import {
  BUS_CONTRACTS,
  QUANT_BRIDGE,
  quantCopies,
  subscriptionOf,
  teamSignals,
  type BusContracts,
  type BusPermissions,
  type QuantTeam,
} from '@vega/contracts';
import type { BusUser } from './bus-users.ts';

/** A reply is sent once and soon; longer than any request's deadline. */
const REPLIES = { max: 1, expires: '1m' } as const;

interface Export {
  readonly stream?: string;
  readonly service?: string;
  readonly accounts: readonly string[];
}

interface Import {
  readonly stream?: { readonly account: string; readonly subject: string };
  readonly service?: { readonly account: string; readonly subject: string };
  readonly to?: string;
}

interface Account {
  readonly jetstream: 'enabled';
  readonly users: readonly Record<string, unknown>[];
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
}

/**
 * The block `accounts`. `keyOf` gives each user's public nkey, or what stands for it in a template. The quants' account
 * sees exactly the families that name them, the API by which its copies are fed, and gives its teams' signals away.
 */
export function natsAccounts(
  users: readonly BusUser[],
  teams: readonly QuantTeam[],
  keyOf: (user: string) => string,
  contracts: BusContracts = BUS_CONTRACTS,
): Record<'VEGA' | 'QUANTS', Account> {
  const usersOf = (account: BusUser['account']): Record<string, unknown>[] =>
    users
      .filter((user) => user.account === account)
      .map((user) => ({ nkey: keyOf(user.name), permissions: toNats(user.permissions) }));
  const shown = contracts.families.filter((family) => family.consumers.includes('quants')).map(subscriptionOf);
  const copies = quantCopies(contracts);
  // The server's own mirror asks for a consumer with these subjects; no user of the account may publish them.
  const asks = copies.flatMap(({ stream, filter }) =>
    filter === undefined ? [`CONSUMER.CREATE.${stream.name}`] : [`CONSUMER.CREATE.${stream.name}.>`],
  );
  const flow = copies.map(({ stream }) => `$JS.FC.${stream.name}.>`);
  const delivered = copies.map(({ stream }) => `${QUANT_BRIDGE.deliverPrefix}.${stream.name}.>`);
  const signals = teams.filter((team) => team.signals).map(teamSignals);
  const from = (account: string, subject: string): { account: string; subject: string } => ({ account, subject });
  return {
    VEGA: {
      jetstream: 'enabled',
      users: usersOf('VEGA'),
      exports: [
        ...[...shown, ...delivered].map((stream) => ({ stream, accounts: ['QUANTS'] })),
        ...[...asks.map((ask) => `$JS.API.${ask}`), ...flow].map((service) => ({ service, accounts: ['QUANTS'] })),
      ],
      imports: signals.map((subject) => ({ stream: from('QUANTS', subject) })),
    },
    QUANTS: {
      jetstream: 'enabled',
      users: usersOf('QUANTS'),
      exports: signals.map((stream) => ({ stream, accounts: ['VEGA'] })),
      imports: [
        ...[...shown, ...delivered].map((subject) => ({ stream: from('VEGA', subject) })),
        ...asks.map((ask) => ({
          service: from('VEGA', `$JS.API.${ask}`),
          to: `${QUANT_BRIDGE.apiPrefix}.${ask}`,
        })),
        ...flow.map((subject) => ({ service: from('VEGA', subject) })),
      ],
    },
  };
}

function toNats({ publish, subscribe, answers }: BusPermissions): Record<string, unknown> {
  // An empty list of what is allowed would allow everything.
  const side = (allow: readonly string[]): Record<string, unknown> =>
    allow.length === 0 ? { deny: ['>'] } : { allow };
  return {
    publish: side(publish),
    subscribe: side(subscribe),
    ...(answers ? { allow_responses: REPLIES } : {}),
  };
}

/** The name of the environment variable by which a server is told a user's public key. */
export function keyVariable(user: string): string {
  return `VEGA_NKEY_${user.toUpperCase().replaceAll('-', '_')}`;
}

/** The block as configuration text; JSON is part of that language. `<< $NAME >>` becomes a variable. */
export function accountsText(accounts: ReturnType<typeof natsAccounts>): string {
  const json = JSON.stringify(accounts, undefined, 2).replaceAll(/"<< (\$\w+) >>"/g, '$1');
  return `accounts: ${json}\n`;
}
