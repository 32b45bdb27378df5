import { GraphQLError, GraphQLScalarType } from 'graphql';

/** GraphQL's own Int ends at 2^31, which an instant and the volume of a day pass. */
export const WholeNumber = new GraphQLScalarType<number, number>({
  name: 'WholeNumber',
  description: 'A whole number from -2^53+1 to 2^53-1, as a JSON number.',
  serialize: whole,
  parseValue: whole,
});

function whole(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError('not a whole number within 2^53');
}
