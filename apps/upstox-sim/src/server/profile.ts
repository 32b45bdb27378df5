import type { AppDirectory } from './auth/app-directory.ts';

/** The profile of a user, as the profile and token endpoints answer it. */
export function profileOf(directory: AppDirectory, userId: string): Record<string, unknown> {
  const user = directory.user(userId);
  return {
    email: user?.email ?? '',
    exchanges: ['NSE', 'NFO', 'CDS', 'BSE', 'BFO', 'BCD', 'MCX', 'NSCOM'],
    products: ['I', 'D', 'CO', 'OCO', 'MTF'],
    broker: 'UPSTOX',
    user_id: userId,
    user_name: user?.userName ?? '',
    order_types: ['MARKET', 'LIMIT', 'SL', 'SL-M'],
    user_type: 'individual',
    poa: false,
    ddpi: true,
    is_active: user?.isActive ?? false,
  };
}
