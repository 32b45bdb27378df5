/** The fields that have a value: GraphQL tells what is absent as null. */
export function given<T extends object>(fields: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<{ [K in keyof T]: NonNullable<T[K]> }>;
}
