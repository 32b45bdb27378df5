import { crc32 } from 'node:zlib';

/**
 * The journal is lines of text: eight hexadecimal digits of the CRC-32 of the rest, a space, and one JSON object with
 * `seq`, which grows by one from line to line.
 */
export function encodeLine(record: object): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** The object of a line without its line end; undefined when the line is not whole. */
export function decodeLine(line: string): Record<string, unknown> | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined;
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
