import pg from 'pg';
import { Redis } from 'ioredis';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { ownRedis, testDatabase, testNats, testRedis } from './test-servers.ts';

describe('testDatabase', () => {
  it('gives each caller an empty database in UTF-8 that sorts and folds case alike everywhere', async () => {
    const [one, two] = [await testDatabase(), await testDatabase()];
    expect(one.url).not.toBe(two.url);
    const client = new pg.Client({ connectionString: one.url });
    await client.connect();
    try {
      await client.query('create table only_here (id int)');
      const { rows } = await client.query(
        `select current_setting('server_version_num')::int / 10000 as major, pg_encoding_to_char(encoding) as encoding,
                datlocale as locale, lower('ÀÉ') as folded from pg_database where datname = current_database()`,
      );
      expect(rows).toEqual([{ major: 18, encoding: 'UTF8', locale: 'C.UTF-8', folded: 'àé' }]);
      await client.query('create extension pg_trgm');
    } finally {
      await client.end();
    }
    const other = new pg.Client({ connectionString: two.url });
    await other.connect();
    try {
      const { rows } = await other.query(`select to_regclass('only_here') as found`);
      expect(rows).toEqual([{ found: null }]);
    } finally {
      await other.end();
    }
    await one.close();
    await two.close();
    await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
  });
});

describe('testRedis', () => {
  it('gives each caller keys of its own and empties them when closed', async () => {
    const [one, two] = [await testRedis(), await testRedis()];
    const clients = [new Redis(one.url), new Redis(two.url)];
    try {
      await clients[0]?.set('key', 'value');
      expect(await clients[0]?.get('key')).toBe('value');
      expect(await clients[1]?.get('key')).toBeNull();
      await one.close();
      expect(await clients[0]?.get('key')).toBeNull();
    } finally {
      for (const client of clients) client.disconnect();
      await two.close();
    }
  });
});

describe('testNats', () => {
  it('gives each caller a server of its own whose stream survives being killed', async () => {
    const server = await testNats();
    const other = await testNats();
    try {
      const add = async (url: string): Promise<void> => {
        const connection = await connect({ servers: url });
        const manager = await jetstreamManager(connection);
        await manager.streams.add({ name: 'SAME_NAME', subjects: ['same.>'] });
        await connection.close();
      };
      await add(server.url);
      await add(other.url);
      await server.kill('SIGKILL');
      await expect(connect({ servers: server.url, reconnect: false, timeout: 1_000 })).rejects.toThrow();
      await server.restart();
      const connection = await connect({ servers: server.url });
      const manager = await jetstreamManager(connection);
      expect((await manager.streams.info('SAME_NAME')).config.subjects).toEqual(['same.>']);
      await connection.close();
    } finally {
      await server.close();
      await other.close();
    }
  });
});

describe('ownRedis', () => {
  it('comes back on the same address with what was written', async () => {
    const server = await ownRedis();
    const client = new Redis(server.url);
    client.on('error', () => undefined);
    try {
      await client.set('kept', '1');
      await client.call('WAITAOF', '0', '0', '0').catch(() => undefined);
      await server.kill('SIGTERM');
      await server.restart();
      expect(await client.get('kept')).toBe('1');
    } finally {
      client.disconnect();
      await server.close();
    }
  });
});
