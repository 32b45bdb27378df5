import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { JsonFile } from '../json-file.ts';
import { DEMO_USERS, demoApps, type DemoUser, type DeveloperApp } from './demo-accounts.ts';

/** What survives a restart of the apps page: settings by client id. */
export const AppSettings = z.record(
  z.string(),
  z.object({ redirectUri: z.string(), notifierUrl: z.string(), webhookUrl: z.string().default('') }),
);
export type AppSettings = z.infer<typeof AppSettings>;

/** The customers and developer apps of the simulated broker. */
export class AppDirectory {
  private readonly apps = new Map(demoApps().map((app) => [app.clientId, app]));
  private readonly users = new Map(DEMO_USERS.map((user) => [user.userId, user]));

  constructor(private readonly file: JsonFile<AppSettings>) {
    for (const [clientId, settings] of Object.entries(file.read() ?? {})) {
      const app = this.apps.get(clientId);
      if (app !== undefined) Object.assign(app, settings);
    }
  }

  listApps(): readonly DeveloperApp[] {
    return [...this.apps.values()];
  }

  listUsers(): readonly DemoUser[] {
    return [...this.users.values()];
  }

  app(clientId: string): DeveloperApp | undefined {
    return this.apps.get(clientId);
  }

  user(userId: string): DemoUser | undefined {
    return this.users.get(userId);
  }

  /** The user when the PIN is theirs. */
  signIn(userId: string, pin: string): DemoUser | undefined {
    const user = this.users.get(userId);
    return user !== undefined && sameText(user.pin, pin) ? user : undefined;
  }

  /** The app when the secret is its own. */
  authenticate(clientId: string, clientSecret: string): DeveloperApp | undefined {
    const app = this.apps.get(clientId);
    return app !== undefined && sameText(app.clientSecret, clientSecret) ? app : undefined;
  }

  /** Whether the user may authorize the app: its owner, or anybody when it is multi-client. */
  mayAuthorize(app: DeveloperApp, userId: string): boolean {
    return app.multiClient || app.ownerUserId === userId;
  }

  /** Changes what the apps page lets its owner change; durable when it resolves. */
  async configure(
    app: DeveloperApp,
    change: { redirectUri?: string; notifierUrl?: string; webhookUrl?: string },
  ): Promise<void> {
    Object.assign(app, change);
    await this.file.write(
      Object.fromEntries(
        this.listApps().map(({ clientId, redirectUri, notifierUrl, webhookUrl }) => [
          clientId,
          { redirectUri, notifierUrl, webhookUrl },
        ]),
      ),
    );
  }
}

function sameText(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
