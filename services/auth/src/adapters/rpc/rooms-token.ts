/** Injection token of the use-cases. */
export const ROOMS = Symbol('Rooms');
