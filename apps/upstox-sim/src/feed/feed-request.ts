import { z } from 'zod';
import { FEED_MODES } from './entry-encoder.ts';

const keys = z.array(z.string().min(1).max(128)).min(1).max(10_000);

const FeedRequest = z.discriminatedUnion('method', [
  z.object({
    guid: z.string().max(128).optional(),
    method: z.enum(['sub', 'change_mode']),
    data: z.object({ mode: z.enum(FEED_MODES), instrumentKeys: keys }),
  }),
  z.object({
    guid: z.string().max(128).optional(),
    method: z.literal('unsub'),
    data: z.object({ instrumentKeys: keys }),
  }),
]);
export type FeedRequest = z.infer<typeof FeedRequest>;

/** Parses a client frame (text or binary JSON). Undefined for anything else: Upstox ignores what it cannot read. */
export function parseFeedRequest(frame: Buffer): FeedRequest | undefined {
  let json: unknown;
  try {
    json = JSON.parse(frame.toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = FeedRequest.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}
