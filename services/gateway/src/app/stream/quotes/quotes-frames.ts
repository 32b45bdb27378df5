// Goal: a frame of quotes for each client at the cost of its head.
// Method: each quote is serialised once for all (instrument-state.ts). Clients that are flushed in one turn mostly hold the
//   same, and then share what follows the head: the quotes that one was sent are another's too.
// Invariant: a body is not written to again once it was handed out.
import type { SharedFrame } from '../ports.ts';

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

const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}');

/** Makes quotes frames in UTF-8. */
export class QuotesFrames {
  private lastFragments: readonly Buffer[] = [];
  private lastBody: Buffer = bodyOf([]);

  /** One frame; none of the fragments is serialised again. */
  compose(timeMs: number, batches: readonly FragmentBatch[]): SharedFrame {
    const open = `{"type":"quotes","time_ms":${timeMs},"subscriptions":[`;
    const [first, ...others] = batches;
    if (first === undefined) return { head: open, body: CLOSE };
    const head = open + headOf(first);
    if (others.length === 0) return { head, body: this.sharedBody(first.fragments) };
    const rest = others.flatMap((batch) => [Buffer.from(`,${headOf(batch)}`), ...joined(batch.fragments), CLOSE]);
    return { head, body: Buffer.concat([...joined(first.fragments), CLOSE, ...rest, CLOSE]) };
  }

  private sharedBody(fragments: readonly Buffer[]): Buffer {
    if (!isSame(fragments, this.lastFragments)) {
      this.lastFragments = fragments;
      this.lastBody = bodyOf(fragments);
    }
    return this.lastBody;
  }
}

/** What follows the head of a frame of one batch. */
function bodyOf(fragments: readonly Buffer[]): Buffer {
  return Buffer.concat([...joined(fragments), CLOSE, CLOSE]);
}

function joined(fragments: readonly Buffer[]): Buffer[] {
  return fragments.flatMap((fragment, at) => (at === 0 ? [fragment] : [COMMA, fragment]));
}

function isSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false;
  return true;
}

/** What stands before the fragments of a batch, in ASCII; names of subscriptions need no escape. */
function headOf({ subscription, seq, snapshot, unavailable }: FragmentBatch): string {
  const missing = unavailable.length === 0 ? '' : `"unavailable":${asciiJson(unavailable)},`;
  return `{"subscription":"${subscription}","seq":${seq},"snapshot":${snapshot},${missing}"quotes":[`;
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
