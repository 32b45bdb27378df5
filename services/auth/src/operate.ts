/** Operator's commands over the database: keys, the vault, the first admin. Run as `node dist/operate.js <command>`. */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock, type Clock } from '@vega/kernel';
import { createLogger, loadConfig } from '@vega/platform';
import { z } from 'zod';
import { createPool } from './adapters/pg/pool.ts';
import { normaliseEmail } from './domain/email.ts';
import { rewrapAll } from './adapters/pg/rewrap.ts';
import { storeConfigShape } from './config.ts';
import { makeRooms, type Rooms } from './rooms.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const CLIENT = { address: '', userAgent: 'operator', deviceToken: '', traceId: '' };

/** Lets a new signing key take over; nobody is signed out. Returns its id. */
export function rotateSigningKey(environment: Environment, clock: Clock = systemClock): Promise<string> {
  return withRooms(environment, clock, ({ keys }) => keys.rotate());
}

/** Voids a signing key that is no longer secret, with every token it signed. */
export function endSigningKey(environment: Environment, keyId: string, clock: Clock = systemClock): Promise<boolean> {
  return withRooms(environment, clock, ({ keys }) => keys.end(keyId));
}

/** Encrypts every data key anew under the first master key; returns how many there were. Afterwards the others may go. */
export function rotateVault(environment: Environment, clock: Clock = systemClock): Promise<number> {
  return withRooms(environment, clock, async ({ store, vault }, pool) => {
    const count = await rewrapAll(pool, vault);
    const facts = { secrets: String(count) };
    await store.now.audit.add({ atMs: clock.wallNow(), event: 'vault-rotated', outcome: 'ok', facts });
    return count;
  });
}

/** Gives a user a role: how the first admin comes to be. */
export function grantRole(environment: Environment, email: string, role: string, clock: Clock = systemClock) {
  return withRooms(environment, clock, async ({ store, people }) => {
    const normal = normaliseEmail(email);
    const user = normal === undefined ? undefined : await store.now.users.findByEmail(normal);
    if (user === undefined) throw new Error('there is no user of this address');
    return people.setUser(user.userId, { role }, CLIENT);
  });
}

/** Makes a user where registration is closed. */
export function createUser(environment: Environment, email: string, password: string, clock: Clock = systemClock) {
  return withRooms(environment, clock, ({ people }) => people.create(email, password, 'trader', CLIENT));
}

async function withRooms<T>(
  environment: Environment,
  clock: Clock,
  work: (rooms: Rooms, pool: ReturnType<typeof createPool>) => Promise<T>,
): Promise<T> {
  const config = loadConfig(z.object(storeConfigShape), environment);
  const logger = createLogger({ service: 'auth-operate', replica: String(process.pid), level: 'warn' });
  const pool = createPool({ url: config.VEGA_POSTGRES_URL, name: 'auth-operate', logger });
  const nothing = (): void => undefined;
  try {
    const rooms = makeRooms({
      pool,
      masterKeys: config.VEGA_VAULT_KEYS,
      brokers: () => undefined,
      clock,
      logger,
      isRegistrationOpen: false,
      onCommit: nothing,
      onAttempt: nothing,
      onToken: nothing,
      onRefreshReused: nothing,
      onTokenEnded: nothing,
    });
    return await work(rooms, pool);
  } finally {
    await pool.end();
  }
}

const USAGE = `usage: operate rotate-signing-key | end-signing-key <id> | rotate-vault | grant-role <email> <role> | create-user <email>
The password of create-user is read from VEGA_NEW_PASSWORD.`;

async function main(): Promise<string> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [command, first = '', second = ''] = positionals;
  const env = process.env;
  switch (command) {
    case 'rotate-signing-key':
      return `the key ${await rotateSigningKey(env)} signs in 90 seconds`;
    case 'end-signing-key':
      return (await endSigningKey(env, first)) ? `the key ${first} is void` : `there is no key ${first} in use`;
    case 'rotate-vault':
      return `${await rotateVault(env)} secrets are under the first master key now`;
    case 'grant-role':
      return `${first} is ${(await grantRole(env, first, second)).role}`;
    case 'create-user':
      return (await createUser(env, first, env['VEGA_NEW_PASSWORD'] ?? '')) ?? `${first} is there already`;
    default:
      throw new Error(USAGE);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.stdout.write(`${await main()}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
