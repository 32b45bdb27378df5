/** The last resort: containers by testcontainers, where a Docker engine answers. */
import { runCommand } from './run-command.ts';
import type { RunningServer } from './running-server.ts';
import type { ServerName } from './server-programs.ts';

/** Tells whether a Docker engine answers within ten seconds. */
export async function hasDockerEngine(): Promise<boolean> {
  const { code } = await runCommand('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 10_000 });
  return code === 0;
}

interface Recipe {
  readonly image: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly data: string;
  readonly url: (host: string, port: number) => string;
}

const RECIPES: Record<ServerName, Recipe> = {
  postgres: {
    image: 'postgres:18-alpine',
    port: 5432,
    command: [],
    environment: {
      POSTGRES_USER: 'vega',
      POSTGRES_DB: 'vega',
      POSTGRES_HOST_AUTH_METHOD: 'trust',
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C',
    },
    data: '/var/lib/postgresql',
    url: (host, port) => `postgres://vega@${host}:${port}/vega`,
  },
  nats: {
    image: 'nats:2.10-alpine',
    port: 4222,
    command: ['-js', '-sd', '/data'],
    environment: {},
    data: '/data',
    url: (host, port) => `nats://${host}:${port}`,
  },
  redis: {
    image: 'redis:7-alpine',
    port: 6379,
    command: ['redis-server', '--appendonly', 'yes', '--databases', '1024'],
    environment: {},
    data: '/data',
    url: (host, port) => `redis://${host}:${port}`,
  },
};

/** Starts a server in a container whose data live in `dataFolder`; its reaper container removes it when this process dies. */
export async function startInDocker(
  name: ServerName,
  dataFolder: string,
  probe: (url: string) => Promise<void>,
): Promise<RunningServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const recipe = RECIPES[name];
  const container = await new GenericContainer(recipe.image)
    .withExposedPorts(recipe.port)
    .withEnvironment({ ...recipe.environment })
    .withCommand([...recipe.command])
    .withBindMounts([{ source: dataFolder, target: recipe.data }])
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  const url = recipe.url(container.getHost(), container.getMappedPort(recipe.port));
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await probe(url);
      break;
    } catch (error) {
      if (performance.now() < deadline) {
        await new Promise((resume) => setTimeout(resume, 100));
        continue;
      }
      await container.stop();
      throw error;
    }
  }
  return {
    url,
    description: `${recipe.image} (Docker)`,
    process: undefined,
    stop: async () => void (await container.stop({ timeout: 20_000 })),
  };
}
