import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, Instrument } from '@vega/contracts';
import { projectRoot } from '@vega/testkit';
import { STALE_REASONS, TICK_MODES, TICK_SOURCES } from '../src/app/quote-figures.ts';
import { InstrumentState } from '../src/app/stream/quotes/instrument-state.ts';
import { CLOSE_CODES, DEFAULT_STREAM_LIMITS } from '../src/app/stream/limits.ts';
import { MessageReader, STREAM_PROTOCOL } from '../src/app/stream/protocol.ts';
import { stage } from './hub-stage.ts';
import { InMemoryChains } from './in-memory-chains.ts';
import { InMemoryOrders } from './in-memory-orders.ts';

const text = readFileSync(join(projectRoot(), 'docs/reference/stream.md'), 'utf8');

/** The rows of the table under a heading cell, each as its cells. */
function table(head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line));
  expect([head, start]).not.toEqual([head, -1]);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const words = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

describe('docs/reference/stream.md', () => {
  it('names the version', () => expect(text).toContain(`protocol version ${STREAM_PROTOCOL}`));

  it('shows every message of a client, as the gateway reads it', () => {
    const examples = [...text.matchAll(/```json client\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    const reader = new MessageReader(stage({}, [new InMemoryChains().channel, new InMemoryOrders().channel]).channels);
    const read = examples.map((example) => reader.read(example));
    for (const one of read) expect(one).toMatchObject({ ok: true });
    const said = read.map((one) =>
      one.ok ? [one.message.op, 'channel' in one.message ? one.message.channel.name : ''] : [],
    );
    expect(said).toEqual([
      ['subscribe', 'quotes'],
      ['subscribe', 'quotes'],
      ['subscribe', 'status'],
      ['subscribe', 'chain'],
      ['unsubscribe', ''],
      ['resync', ''],
      ['ping', ''],
      ['authenticate', ''],
      ['subscribe', 'orders'],
    ]);
  });

  it('lists the fields of a quote, all and in order', () => {
    const state = new InstrumentState(Instrument.create({ instrumentKey: 'NSE_FO|1' }));
    const quote = JSON.parse(state.toFragment(0, 0, () => undefined, true).toString()) as object;
    expect(table('field').map(([name]) => words(name)[0])).toEqual(Object.keys(quote));
  });

  it('lists the words of a quote', () => {
    const meaning = new Map(table('field').map(([name, cell]) => [words(name)[0], words(cell)]));
    expect(
      meaning
        .get('stale_reason')
        ?.filter((word) => word !== 'null')
        .sort(),
    ).toEqual([...STALE_REASONS].sort());
    expect(meaning.get('source')?.sort()).toEqual([...TICK_SOURCES].sort());
    expect(meaning.get('mode')?.sort()).toEqual([...TICK_MODES].sort());
  });

  it('names codes that exist', () => {
    for (const [cell] of table('code')) expect(Object.keys(ERROR_CODES)).toContain(words(cell)[0]);
  });

  it('states the limits that are in force', () => {
    const limits = DEFAULT_STREAM_LIMITS;
    expect(table('limit').map(([, value]) => Number(value))).toEqual([
      limits.maxInstruments,
      limits.maxSubscriptions,
      limits.maxMessageBytes,
      limits.maxMessagesPerSecond,
      limits.maxInHand,
      limits.maxClients,
      limits.maxInstrumentsTotal,
      limits.flushMs,
      limits.softBufferBytes,
      limits.hardBufferBytes,
      limits.stallMs,
      limits.heartbeatMs,
    ]);
  });

  it('states the close codes', () => {
    const codes = table('close code').map(([code]) => Number(code));
    expect(codes).toEqual(expect.arrayContaining(Object.values(CLOSE_CODES)));
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
  });
});
