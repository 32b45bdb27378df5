import { z } from 'zod';
import { apiError } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import type { IpRefusal } from '../static-ips.ts';
import { istText } from '../views/order-view.ts';
import { bodyOf } from './order-body.ts';

/** Segments that the broker's kill switch knows. */
const SEGMENTS = ['NSE_EQ', 'BSE_EQ', 'NSE_FO', 'BSE_FO', 'NCD_FO', 'BCD_FO', 'MCX_FO', 'NSE_COM', 'BSE_MF'];
const Switches = z
  .array(z.object({ segment: z.string().optional(), action: z.string().optional() }))
  .min(1)
  .max(SEGMENTS.length);
const IP_CODES = {
  INVALID: 'UDAPI1179',
  SAME: 'UDAPI1180',
  TAKEN: 'UDAPI1180',
  THIS_WEEK: 'UDAPI1181',
} as const satisfies Record<IpRefusal, string>;

/** The broker's kill switch and the registered addresses. */
export function accountSafetyRoutes(context: SimContext): Route[] {
  const route = (method: 'GET' | 'POST' | 'PUT', path: string, handle: (call: UserCall) => unknown): Route => ({
    method,
    path,
    accepts: USER_TOKENS,
    handle,
  });
  return [
    route('GET', '/v2/user/kill-switch', ({ grant }) =>
      context.hall.read(() => success(switchesView(context, grant.userId))),
    ),
    route('POST', '/v2/user/kill-switch', (call) => setSwitches(context, call)),
    route('GET', '/v2/user/ip', ({ grant }) => success(ipView(context, grant.userId, false))),
    route('PUT', '/v2/user/ip', (call) => registerIps(context, call)),
  ];
}

function switchesView(context: SimContext, userId: string): object[] {
  const switches = context.hall.account(userId).killSwitches;
  return SEGMENTS.map((segment) => {
    const enabled = switches.get(segment)?.enabled === true;
    return { segment, segment_status: enabled ? 'INACTIVE' : 'ACTIVE', kill_switch_enabled: enabled };
  });
}

async function setSwitches(context: SimContext, { grant, body }: UserCall): Promise<unknown> {
  const parsed = Switches.safeParse(body);
  if (!parsed.success) throw apiError('UDAPI100036');
  const changes = parsed.data.map(({ segment = '', action }) => {
    if (!SEGMENTS.includes(segment)) throw apiError('UDAPI1186', { property: 'segment', value: segment });
    if (action !== 'ENABLE' && action !== 'DISABLE')
      throw apiError('UDAPI1188', { property: 'action', value: action ?? '' });
    return { segment, enabled: action === 'ENABLE' };
  });
  const refused = await context.hall.run((exchange) => exchange.setKillSwitch(grant.userId, changes));
  if (refused !== undefined) throw apiError(refused === 'OPEN_POSITION' ? 'UDAPI1184' : 'UDAPI1185');
  return success(switchesView(context, grant.userId));
}

function ipView(context: SimContext, userId: string, invalidated: boolean): Record<string, unknown> {
  const ips = context.staticIps.of(userId);
  const time = (at: number | undefined): string | null => (at === undefined || at === 0 ? null : istText(at));
  return {
    primary_ip: ips?.primary ?? null,
    secondary_ip: ips?.secondary === '' ? null : (ips?.secondary ?? null),
    primary_ip_updated_at: time(ips?.primaryAt),
    secondary_ip_updated_at: ips?.secondary === '' ? null : time(ips?.secondaryAt),
    access_tokens_invalidated: invalidated,
  };
}

/** Registers addresses; the user's tokens die with the old ones. The SDK spells the fields in camelCase. */
async function registerIps(context: SimContext, { grant, body }: UserCall): Promise<unknown> {
  const fields = bodyOf(body);
  const primary = fields['primary_ip'] ?? fields['primaryIp'];
  const secondary = fields['secondary_ip'] ?? fields['secondaryIp'] ?? '';
  if (typeof primary !== 'string' || typeof secondary !== 'string') throw apiError('UDAPI1179');
  const refused = await context.staticIps.register(grant.userId, primary, secondary);
  if (refused !== undefined) throw apiError(IP_CODES[refused]);
  context.tokens.revokeAll(grant.userId);
  return success(ipView(context, grant.userId, true));
}
