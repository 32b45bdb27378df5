/** What Upstox sends for an instrument, from the lightest to the heaviest, in the words of the subscribe message. */
export const FEED_MODES = ['ltpc', 'option_greeks', 'full', 'full_d30'] as const;
export type FeedMode = (typeof FEED_MODES)[number];

/** `requestMode` of the wire by its number; `full_d5` is what a `full` subscription is answered with. */
export const MODE_OF_WIRE: readonly FeedMode[] = ['ltpc', 'full', 'option_greeks', 'full_d30'];
