import { ChainDay, CHAIN_HEADER } from './chain-day.ts';
import { Lines } from './lines.ts';
import { RecordingError, type Recording } from './recording.ts';
import { TickCapture } from './tick-capture.ts';

/** Opens a recording, plain or gzipped; its format is told by its first line. Throws a RecordingError otherwise. */
export function openRecording(path: string): Recording {
  const lines = new Lines(path);
  const first = lines.text(0).trimStart();
  if (first === '') throw new RecordingError(`${lines.name} is empty`);
  if (first === CHAIN_HEADER) return new ChainDay(lines, path);
  if (first.startsWith('{')) return new TickCapture(lines, path);
  throw lines.fault(0, 'neither a JSON message of the v3 feed nor the header of a recorded chain');
}
