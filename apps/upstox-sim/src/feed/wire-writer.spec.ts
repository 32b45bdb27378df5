import Long from 'long';
import protobuf from 'protobufjs';
import { WireWriter } from './wire-writer.ts';

describe('WireWriter', () => {
  const edges = [
    0,
    1,
    127,
    128,
    300,
    16_383,
    16_384,
    2 ** 21,
    2 ** 28 - 1,
    2 ** 28,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 42,
    Number.MAX_SAFE_INTEGER,
  ];

  it.each([...edges, ...edges.slice(1).map((edge) => -edge)])('writes the varint of %d as protobufjs does', (value) => {
    const writer = new WireWriter(16);
    writer.varint(value);
    const expected = protobuf.Writer.create().int64(Long.fromNumber(value)).finish();
    expect(writer.finished().toString('hex')).toBe(Buffer.from(expected).toString('hex'));
  });

  it('refuses to write past its capacity', () => {
    const writer = new WireWriter(7);
    expect(() => writer.double(1.5)).toThrow(RangeError);
  });
});
