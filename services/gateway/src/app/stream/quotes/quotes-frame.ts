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
const CLOSE_BATCH = Buffer.from(']}');
const CLOSE_FRAME = Buffer.from(']}');

/** One quotes frame in UTF-8: each fragment is copied once, none is serialised again. */
export function quotesFrame(timeMs: number, batches: readonly FragmentBatch[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`{"type":"quotes","time_ms":${timeMs},"subscriptions":[`)];
  let length = 0;
  for (const [index, batch] of batches.entries()) {
    const unavailable = batch.unavailable.length === 0 ? '' : `"unavailable":${JSON.stringify(batch.unavailable)},`;
    parts.push(
      Buffer.from(
        `${index === 0 ? '' : ','}{"subscription":"${batch.subscription}","seq":${batch.seq},` +
          `"snapshot":${batch.snapshot},${unavailable}"quotes":[`,
      ),
    );
    for (const fragment of batch.fragments) parts.push(fragment);
    length += Math.max(0, batch.fragments.length - 1);
    parts.push(CLOSE_BATCH);
  }
  parts.push(CLOSE_FRAME);
  for (const part of parts) length += part.length;
  return joined(parts, length);
}

/** Joins the parts; two that both are JSON objects get a comma between them. */
function joined(parts: readonly Buffer[], length: number): Buffer {
  const OPEN_BRACE = 0x7b;
  const CLOSE_BRACE = 0x7d;
  const frame = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    if (at > 0 && frame[at - 1] === CLOSE_BRACE && part[0] === OPEN_BRACE) {
      frame[at] = COMMA;
      at += 1;
    }
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
