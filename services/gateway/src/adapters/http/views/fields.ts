// One decorator per kind of field, which describes it to OpenAPI and to GraphQL at once.
import { applyDecorators, type Type } from '@nestjs/common';
import { Field, Float } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { WholeNumber } from './whole-number.ts';

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

/** A number with its unit in the description; full precision. */
export function Figure(description: string): PropertyDecorator {
  return nullable('number', description);
}

/** Numbers in their order. */
export function Figures(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: [Number], description }),
    Field(() => [Float], { description }),
  );
}

/** Text that may be missing. */
export function Text(description: string): PropertyDecorator {
  return nullable('string', description);
}

/** One of fixed words, or null. */
export function Choice(words: readonly string[], description: string): PropertyDecorator {
  return nullable('string', description, { enum: [...words] }, oneOf(words));
}

/** A whole number that may be missing. */
export function MaybeCount(description: string): PropertyDecorator {
  return nullable('integer', description);
}

/** A count that is always there. */
export function Count(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'integer', description }),
    Field(() => WholeNumber, { description }),
  );
}

/** Whole numbers in their order. */
export function Counts(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'array', items: { type: 'integer' }, description }),
    Field(() => [WholeNumber], { description }),
  );
}

/** Text that is always there; `more` goes into the OpenAPI schema. */
export function Word(description?: string, more: { format?: string } = {}): PropertyDecorator {
  const described = description === undefined ? {} : { description };
  return applyDecorators(
    ApiProperty({ type: String, ...described, ...more }),
    Field(() => String, described),
  );
}

/** One of fixed words. */
export function OneWordOf(words: readonly string[], description?: string): PropertyDecorator {
  const described = description === undefined ? {} : { description };
  return applyDecorators(
    ApiProperty({ type: String, enum: [...words], ...described }),
    Field(() => String, { description: [description, oneOf(words)].filter((part) => part !== undefined).join(' ') }),
  );
}

/** Several texts. */
export function Words(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: [String], description }),
    Field(() => [String], { description }),
  );
}

/** Yes or no. */
export function Flag(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: Boolean, description }),
    Field(() => Boolean, { description }),
  );
}

/** An object that is always there. */
export function One(view: Type): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: view }),
    Field(() => view),
  );
}

/** An object, or null. */
export function Maybe(view: Type, description?: string): PropertyDecorator {
  const described = description === undefined ? {} : { description };
  return applyDecorators(
    ApiProperty({ type: view, nullable: true, ...described }),
    Field(() => view, { nullable: true, ...described }),
  );
}

/** Objects in their order. */
export function Many(view: Type, description?: string, more: { maxItems?: number } = {}): PropertyDecorator {
  const described = description === undefined ? {} : { description };
  return applyDecorators(
    ApiProperty({ type: [view], ...described, ...more }),
    Field(() => [view], described),
  );
}

const SCALARS = { number: Float, integer: WholeNumber, string: String } as const;

function nullable(
  type: keyof typeof SCALARS,
  description: string,
  more: object = {},
  moreText = '',
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type, nullable: true, description, ...more }),
    Field(() => SCALARS[type], { nullable: true, description: `${description} ${moreText}`.trim() }),
  );
}

function oneOf(words: readonly string[]): string {
  return `One of ${words.join(', ')}.`;
}
