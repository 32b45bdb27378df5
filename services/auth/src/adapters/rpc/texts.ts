import { OutcomeError } from '@vega/kernel';

/** Longest of what requests carry, in characters. */
export const LIMITS = {
  email: 320,
  password: 1_024,
  code: 64,
  token: 4_096,
  label: 60,
  name: 60,
  secret: 200,
  address: 64,
  url: 2_000,
  id: 80,
} as const;

const PRINTABLE = /^[^\u0000-\u001f\u007f]*$/u;

/** The text, when it is no longer than allowed and holds no control characters. Throws BAD_REQUEST that names the field. */
export function checkText(field: string, text: string, max: number, min = 0): string {
  if (text.length < min) throw new OutcomeError('BAD_REQUEST', `${field} is missing`, { field });
  if (text.length > max) throw new OutcomeError('BAD_REQUEST', `${field} has at most ${max} characters`, { field });
  if (!PRINTABLE.test(text)) throw new OutcomeError('BAD_REQUEST', `${field} holds control characters`, { field });
  return text;
}
