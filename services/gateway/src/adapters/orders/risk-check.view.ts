import { ObjectType } from '@nestjs/graphql';
import { Figure, Flag, Many, Text, Word } from '../http/views/fields.ts';

/** One pre-trade check's verdict with its numbers. */
@ObjectType('RiskCheck', { description: "One pre-trade check's verdict with its numbers." })
export class RiskCheckView {
  @Word('Stable.')
  code!: string;

  @Flag('Whether it lets the order pass.')
  passed!: boolean;

  @Flag(
    'Whether it was asked: a reducing order is not asked what exists to stop opening, an absent limit limits nothing.',
  )
  applied!: boolean;

  @Figure('What was found, in `unit`.')
  value!: number | null;

  @Figure('What is allowed, in `unit`.')
  limit!: number | null;

  @Text('rupees, units, ms, orders, bp (hundredths of a percent), rupees/point, lots; null without numbers.')
  unit!: string | null;

  @Text('More about it, for a person.')
  detail!: string | null;
}

/** Why an order was denied: we refused it before it reached the broker. */
@ObjectType('Denial', { description: 'Why an order was denied: we refused it before it reached the broker.' })
export class DenialView {
  @Word('Code of the first check in precedence order that failed.')
  code!: string;

  @Word('For a person.')
  message!: string;

  @Flag('Whether an identical order under a new key can be accepted later.')
  retryable!: boolean;

  @Many(RiskCheckView, 'Every check, in precedence order.')
  checks!: RiskCheckView[];
}
