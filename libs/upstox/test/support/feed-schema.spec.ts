import { createRequire } from 'node:module';
import protobuf from 'protobufjs';
import { feedSchema } from './feed-schema.ts';

/** Every message and enum of a schema, by name, with its fields' numbers and types. */
function shapeOf(root: protobuf.Root): Record<string, unknown> {
  const space = root.lookup('com.upstox.marketdatafeederv3udapi.rpc.proto');
  if (!(space instanceof protobuf.Namespace)) throw new Error('the package is missing');
  return Object.fromEntries(
    space.nestedArray.map((one) => {
      if (one instanceof protobuf.Enum) return [one.name, one.values];
      const fields = (one as protobuf.Type).fieldsArray.map((field) => {
        const key = field instanceof protobuf.MapField ? field.keyType : undefined;
        return [field.name, field.id, field.type.split('.').at(-1), field.repeated, key, field.partOf?.name];
      });
      return [one.name, fields];
    }),
  );
}

describe('the schema of the feed', () => {
  it("is the one in the broker's own client", () => {
    const manifest = createRequire(import.meta.url).resolve('upstox-js-sdk/package.json');
    const file = manifest.replace('package.json', 'dist/feeder/proto/MarketDataFeedV3.proto');
    const theirs = new protobuf.Root().loadSync(file, { keepCase: true });
    const shape = shapeOf(feedSchema);
    expect(Object.keys(shape)).toHaveLength(17);
    expect(shape).toEqual(shapeOf(theirs));
  });
});
