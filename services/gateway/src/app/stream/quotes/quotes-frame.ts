/** What one subscription is sent within a quotes frame, as JSON. */
export interface FragmentBatch {
  readonly subscription: string;
  readonly seq: number;
  readonly snapshot: boolean;
  /** Serialised quotes, shared with other clients. */
  readonly fragments: readonly Buffer[];
  /** Instruments of a snapshot of which nothing is known. */
  readonly unavailable: readonly string[];
}

const COMMA = 0x2c;
const CLOSE = ']}';

/** One quotes frame in UTF-8: each fragment is copied once, none is serialised again. */
export function quotesFrame(timeMs: number, batches: readonly FragmentBatch[]): Buffer {
  const heads = batches.map((batch, at) =>
    headOf(batch, at === 0 ? `{"type":"quotes","time_ms":${timeMs},"subscriptions":[` : ','),
  );
  if (heads.length === 0) return Buffer.from(`{"type":"quotes","time_ms":${timeMs},"subscriptions":[]}`);
  let length = CLOSE.length;
  for (const [at, { fragments }] of batches.entries()) {
    length += Buffer.byteLength(heads[at] ?? '') + CLOSE.length + Math.max(0, fragments.length - 1);
    for (const fragment of fragments) length += fragment.length;
  }
  const frame = Buffer.allocUnsafe(length);
  let end = 0;
  for (const [at, { fragments }] of batches.entries()) {
    end += frame.write(heads[at] ?? '', end);
    for (const [n, fragment] of fragments.entries()) {
      if (n > 0) {
        frame[end] = COMMA;
        end += 1;
      }
      frame.set(fragment, end);
      end += fragment.length;
    }
    end += frame.write(CLOSE, end, 'latin1');
  }
  frame.write(CLOSE, end, 'latin1');
  return frame;
}

/** What stands before the fragments of a batch; names of subscriptions need no escape. */
function headOf({ subscription, seq, snapshot, unavailable }: FragmentBatch, before: string): string {
  const missing = unavailable.length === 0 ? '' : `"unavailable":${JSON.stringify(unavailable)},`;
  return `${before}{"subscription":"${subscription}","seq":${seq},"snapshot":${snapshot},${missing}"quotes":[`;
}
