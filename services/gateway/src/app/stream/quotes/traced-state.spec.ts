import { Instrument, Tick, toBytes } from '@vega/contracts';
import { InstrumentState } from './instrument-state.ts';
import type { TickTrace } from '../ports.ts';

const KEY = 'NSE_FO|1';

function traced(traceId: string, said: string[]): TickTrace {
  return { traceId, sent: () => said.push(`${traceId} sent`), replaced: () => said.push(`${traceId} replaced`) };
}

describe('a state whose tick is traced', () => {
  const bytes = (seq: number): Uint8Array =>
    toBytes(Tick, Tick.create({ instrumentKey: KEY, feedEpoch: 1, seq, lastPricePaise: 100 + seq }));
  let state: InstrumentState;
  let said: string[];
  const take = (seq: number, trace?: TickTrace): void =>
    void state.takeTick({ feedEpoch: 1, seq }, bytes(seq), 0, trace);
  const read = (): { trace_id?: string } =>
    JSON.parse(state.toFragment(0, 1_000, () => undefined).toString()) as { trace_id?: string };

  beforeEach(() => {
    state = new InstrumentState(Instrument.create({ instrumentKey: KEY }));
    said = [];
  });

  it('names the trace to its clients and ends it when the first is sent it', () => {
    take(1, traced('a', said));
    expect(said).toEqual([]);
    expect(read().trace_id).toBe('a');
    expect(said).toEqual(['a sent']);
    expect(read().trace_id).toBe('a');
    expect(said).toEqual(['a sent']);
  });

  it('ends it when a newer value comes first, whose clients are told of no trace', () => {
    take(1, traced('a', said));
    take(2);
    expect(said).toEqual(['a replaced']);
    expect(read()).not.toHaveProperty('trace_id');
    expect(said).toEqual(['a replaced']);
  });

  it('does not follow the trace of a tick that it refuses', () => {
    take(5);
    take(4, traced('late', said));
    expect(read()).not.toHaveProperty('trace_id');
  });
});
