// Goal: a frame of quotes for each client at the cost of a copy.
// Method: each quote is serialised once for all (instrument-state.ts). Clients of one turn mostly hold the same: what one
//   was sent is copied in one piece for the next when its quotes are the same. Frames lie in slabs, since a buffer of
//   their own for each would cost more than what is in it.
// Invariants: a frame is not written to again once it was handed out; a slab is left to the collector with its last frame.

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
const CLOSE_BATCH = ']}';
const CLOSE_FRAME = ']}';
/** A client that does not read keeps the slab of a frame: hence not many times as large as one. */
const SLAB_BYTES = 64 * 1024;

/** Makes quotes frames in UTF-8. */
export class QuotesFrames {
  private slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private end = 0;
  private lastFragments: readonly Buffer[] = [];
  /** The last fragments with the commas between them. */
  private lastBody: Buffer = this.slab.subarray(0, 0);

  /** One frame; none of the fragments is serialised again. */
  compose(timeMs: number, batches: readonly FragmentBatch[]): Buffer {
    const open = `{"type":"quotes","time_ms":${timeMs},"subscriptions":[`;
    const heads = batches.map((batch, at) => headOf(batch, at === 0 ? open : ','));
    if (heads.length === 0) heads.push(open);
    // Three bytes are the most that a character of a JavaScript string takes in UTF-8.
    let most = CLOSE_FRAME.length;
    for (const head of heads) most += head.length * 3 + CLOSE_BATCH.length;
    for (const { fragments } of batches) {
      for (const fragment of fragments) most += fragment.length + 1;
    }
    this.makeRoom(most);
    const start = this.end;
    for (const [at, head] of heads.entries()) {
      this.text(head);
      const batch = batches[at];
      if (batch === undefined) continue;
      this.body(batch.fragments);
      this.text(CLOSE_BATCH);
    }
    this.text(CLOSE_FRAME);
    return this.slab.subarray(start, this.end);
  }

  private makeRoom(bytes: number): void {
    if (this.end + bytes <= this.slab.length) return;
    this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.end = 0;
  }

  private text(text: string): void {
    this.end += this.slab.write(text, this.end);
  }

  private body(fragments: readonly Buffer[]): void {
    if (isSame(fragments, this.lastFragments)) {
      this.slab.set(this.lastBody, this.end);
      this.end += this.lastBody.length;
      return;
    }
    const start = this.end;
    for (const [at, fragment] of fragments.entries()) {
      if (at > 0) {
        this.slab[this.end] = COMMA;
        this.end += 1;
      }
      this.slab.set(fragment, this.end);
      this.end += fragment.length;
    }
    this.lastFragments = fragments;
    this.lastBody = this.slab.subarray(start, this.end);
  }
}

function isSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false;
  return true;
}

/** What stands before the fragments of a batch; names of subscriptions need no escape. */
function headOf({ subscription, seq, snapshot, unavailable }: FragmentBatch, before: string): string {
  const missing = unavailable.length === 0 ? '' : `"unavailable":${JSON.stringify(unavailable)},`;
  return `${before}{"subscription":"${subscription}","seq":${seq},"snapshot":${snapshot},${missing}"quotes":[`;
}
