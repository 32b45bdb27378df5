import { AccountsController } from './accounts.controller.ts';
import { AdminController, ApiKeysController } from './api-keys.controller.ts';
import { SecondFactorController } from './second-factor.controller.ts';
import { SessionController } from './session.controller.ts';
import { UpstoxController, UpstoxHookController } from './upstox.controller.ts';

/** Every REST controller about people and their broker accounts. */
export const AUTH_CONTROLLERS = [
  SessionController,
  SecondFactorController,
  ApiKeysController,
  AdminController,
  AccountsController,
  UpstoxController,
  UpstoxHookController,
] as const;

/** Paths that stand beside the API's prefix. */
export const UNPREFIXED = ['hooks/upstox/:secret'] as const;
