const PLAIN = /^[A-Za-z0-9_-]+$/;

/**
 * Writes any non-empty text as one NATS subject token and back without loss: letters, digits, `_` and `-` stand for
 * themselves, every other UTF-8 byte becomes `%XX`. `Nifty 50` becomes `Nifty%2050`.
 */
export function escapeToken(text: string): string {
  if (PLAIN.test(text)) return text;
  let token = '';
  for (const byte of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(byte);
    token += byte < 0x80 && PLAIN.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** The text that {@link escapeToken} wrote; undefined for a token it cannot have written. */
export function unescapeToken(token: string): string | undefined {
  try {
    const text = decodeURIComponent(token);
    return escapeToken(text) === token ? text : undefined;
  } catch {
    return undefined;
  }
}
