import { baseConfigShape, configTypes } from '@vega/platform';
import { z } from 'zod';

const milliseconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** `NIFTY:2, BANKNIFTY` as one writes it in a variable: symbols or keys, each with how many of its nearest expiries. */
const chainList = z.string().transform((text, context) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const [, symbol = '', count = '1'] = /^(.*?)(?::(\d{1,2}))?$/.exec(item) ?? [];
      const expiries = Number(count);
      if (symbol === '' || expiries < 1)
        context.addIssue({ code: 'custom', message: 'is a list such as NIFTY:2, SENSEX' });
      return { symbol, expiries };
    }),
);

/** What options reads from its environment. */
export const configSchema = z.object({
  ...baseConfigShape,
  VEGA_POSTGRES_URL: configTypes.postgresUrl,
  VEGA_REDIS_URL: configTypes.redisUrl,
  /** Milliseconds between two updates of a chain at least; 0 publishes for every tick. */
  VEGA_OPTIONS_CONFLATE_MS: milliseconds(0, 10_000).default(100),
  /** Continuously compounded rate per year for forwards and discounts. */
  VEGA_OPTIONS_RATE: z.coerce.number().min(-0.1).max(0.5).default(0.055),
  /** The broker's fee for one order, paise, as charges of a payoff count it. */
  VEGA_OPTIONS_BROKERAGE_PAISE: z.coerce.number().int().min(0).max(1_000_000).default(2_000),
  /** Chains that are kept whether or not anybody asks: symbols or keys, each with how many of its nearest expiries. */
  VEGA_OPTIONS_ALWAYS: chainList.default([{ symbol: 'NIFTY', expiries: 1 }]),
  /** Milliseconds between two signs of life, and after how many without one a replica is dead. */
  VEGA_OPTIONS_BEAT_MS: milliseconds(50, 10_000).default(1_000),
  VEGA_OPTIONS_DEAD_MS: milliseconds(200, 60_000).default(3_500),
});

/** The configuration of options. */
export type OptionsConfig = z.output<typeof configSchema>;
