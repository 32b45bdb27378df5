import { SpanKind, trace } from '@opentelemetry/api';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTelemetry, withSpan, type Telemetry } from './telemetry.ts';
import type { TraceFileLine } from './trace-file.ts';

describe('a trace file', () => {
  let folder: string;
  let file: string;
  let telemetry: Telemetry;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vega-trace-'));
    file = join(folder, 'deep/er/trace.jsonl');
    telemetry = startTelemetry({ service: 'spec', replica: 'spec-1', endpoint: undefined, file });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has every span that had ended when telemetry was shut down, one a line', async () => {
    await withSpan('outer', { kind: SpanKind.SERVER, attributes: { size: 3 } }, () =>
      withSpan('inner', {}, () => Promise.reject(new Error('no'))).catch(() => undefined),
    );
    trace.getTracer('spec').startSpan('never ended');
    await telemetry.shutdown();
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as TraceFileLine);
    expect(lines.map(({ name }) => name)).toEqual(['inner', 'outer']);
    const [inner, outer] = lines;
    expect(outer).toMatchObject({ kind: 'server', service: 'spec', replica: 'spec-1', attributes: { size: 3 } });
    expect(outer).not.toHaveProperty('parent_span_id');
    expect(inner).toMatchObject({ trace_id: outer?.trace_id, parent_span_id: outer?.span_id, status: 'error' });
    expect(inner?.events?.[0]?.attributes).toMatchObject({ 'exception.message': 'no' });
    expect(outer?.duration_ms).toBeGreaterThanOrEqual(inner?.duration_ms ?? Infinity);
  });
});
