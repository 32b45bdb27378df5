/** Something the user has to see to; the message is one sentence and is all that is printed. */
export class Refusal extends Error {}
