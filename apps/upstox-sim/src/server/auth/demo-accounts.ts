import { createHash } from 'node:crypto';

/** A customer of the simulated broker. */
export interface DemoUser {
  /** The UCC. */
  readonly userId: string;
  readonly userName: string;
  readonly email: string;
  /** What the login page asks for. */
  readonly pin: string;
  readonly isActive: boolean;
}

/** A developer app: the API key and secret of its owner. */
export interface DeveloperApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly ownerUserId: string;
  /** A multi-client app may also be authorized by other users. */
  readonly multiClient: boolean;
  redirectUri: string;
  /** Where an approved token request is delivered; empty when not set. */
  notifierUrl: string;
  /** Where order updates are posted; empty when not set. */
  webhookUrl: string;
}

/** The customers every simulator starts with. Their PINs are public: nothing here guards anything. */
export const DEMO_USERS: readonly DemoUser[] = [
  { userId: 'VG1001', userName: 'ASHA RAO', email: 'asha.rao@demo.invalid', pin: '111111', isActive: true },
  { userId: 'VG1002', userName: 'BHARAT MEHTA', email: 'bharat.mehta@demo.invalid', pin: '222222', isActive: true },
  { userId: 'VG1003', userName: 'CHITRA NAIR', email: 'chitra.nair@demo.invalid', pin: '333333', isActive: true },
  { userId: 'VG1004', userName: 'DEV DORMANT', email: 'dev.dormant@demo.invalid', pin: '444444', isActive: false },
  { userId: 'VG1005', userName: 'ESHA IYER', email: 'esha.iyer@demo.invalid', pin: '555555', isActive: true },
];

/** The redirect that the demo apps are registered with until somebody changes it. */
export const DEMO_REDIRECT_URI = 'http://127.0.0.1:8080/api/v1/broker/upstox/callback';

/** One app per customer and one multi-client app; keys and secrets are the same on every machine. */
export function demoApps(): DeveloperApp[] {
  const own = DEMO_USERS.map((user) => demoApp(`${user.userId}-app`, user.userId, false));
  return [...own, demoApp('desk-app', 'VG1001', true)];
}

function demoApp(name: string, ownerUserId: string, multiClient: boolean): DeveloperApp {
  const digest = createHash('sha256').update(`upstox-sim/${name}`).digest('hex');
  const clientId = [8, 12, 16, 20, 32].map((end, at) => digest.slice([0, 8, 12, 16, 20][at], end)).join('-');
  const clientSecret = digest.slice(32, 42);
  const addresses = { redirectUri: DEMO_REDIRECT_URI, notifierUrl: '', webhookUrl: '' };
  return { clientId, clientSecret, name, ownerUserId, multiClient, ...addresses };
}
