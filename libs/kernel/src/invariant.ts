/** A broken assumption inside our own code. The process that meets one logs it and exits; starting is the recovery. */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/** Throws a {@link Defect} when `condition` does not hold. For our own assumptions only, never for input from outside. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Defect(message);
}
