import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** A price or a difference of prices: rupees, exact to the paisa. */
export function Rupees(description: string): PropertyDecorator {
  return nullable('number', `${description} Rupees.`, { multipleOf: 0.01 });
}

/** A number of shares or contracts. */
export function Units(description: string): PropertyDecorator {
  return nullable('integer', `${description} Units (shares or contracts, not lots).`);
}

/** An instant as epoch milliseconds, UTC. */
export function EpochMs(description: string): PropertyDecorator {
  return nullable('integer', `${description} Epoch milliseconds, UTC.`);
}

/** An instant as text in IST. */
export function IsoTime(description: string): PropertyDecorator {
  return nullable('string', `${description} ISO 8601 with the offset +05:30.`, { format: 'date-time' });
}

/** A duration that may not be known. */
export function AgeMs(description: string): PropertyDecorator {
  return nullable('integer', `${description} Milliseconds.`, { minimum: 0 });
}

/** A fraction of a hundred. */
export function Percent(description: string): PropertyDecorator {
  return nullable('number', `${description} Percent, two decimals.`);
}

/** Text that may be missing. */
export function Text(description: string): PropertyDecorator {
  return nullable('string', description);
}

/** One of fixed words, or null. */
export function Choice(words: readonly string[], description: string): PropertyDecorator {
  return nullable('string', description, { enum: [...words] });
}

/** A count that is always there. */
export function Count(description: string): PropertyDecorator {
  return applyDecorators(ApiProperty({ type: 'integer', description }));
}

function nullable(type: 'number' | 'integer' | 'string', description: string, more: object = {}): PropertyDecorator {
  return applyDecorators(ApiProperty({ type, nullable: true, description, ...more }));
}
