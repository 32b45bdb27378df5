/** Every process that has a user of its own on the bus, by the name it starts under. */
export const PARTIES = [
  'gateway',
  'auth',
  'market-feed',
  'market-feed-archiver',
  'options',
  'strategy',
  'orders',
  'portfolio',
] as const;

/** A process that has a user of its own on the bus. */
export type Party = (typeof PARTIES)[number];

/** Who may stand in a contract: a process, or the quant teams, who live in a NATS account of their own. */
export type BusParty = Party | 'quants';
