import type { ChainRow, ChainUpdate } from '@vega/contracts';

/** What became of an update: it was taken, it says nothing new, or numbers before it were missed. */
export type UpdateOutcome = 'taken' | 'old' | 'gap';

/** One chain as it was published, put together from whole updates and changes. */
export class ChainState {
  /** Whole; undefined before the first. */
  present: ChainUpdate | undefined;
  /** Grows with every update taken. */
  version = 0;
  private readonly versionOfStrike = new Map<number, number>();
  private readonly texts = new Map<string, string>();

  /** Takes an update of the bus or an answer. Changes that do not follow what is held are not taken. */
  take(update: ChainUpdate): UpdateOutcome {
    const { present } = this;
    if (present !== undefined) {
      if (update.epoch < present.epoch) return 'old';
      if (update.epoch === present.epoch && update.seq <= present.seq) return 'old';
    }
    if (!update.full && (present === undefined || update.epoch !== present.epoch || update.seq !== present.seq + 1)) {
      return 'gap';
    }
    this.version += 1;
    this.texts.clear();
    for (const { strikePaise } of update.rows) this.versionOfStrike.set(strikePaise, this.version);
    this.present = {
      ...update,
      full: true,
      rows: update.full ? update.rows : merged(present?.rows ?? [], update.rows),
    };
    return 'taken';
  }

  /** The rows that changed after a version. */
  rowsSince(version: number): ChainRow[] {
    return (this.present?.rows ?? []).filter((row) => (this.versionOfStrike.get(row.strikePaise) ?? 0) > version);
  }

  /** A text made once per present state and key: clients that are sent the same share it. */
  sharedText(key: string, make: () => string): string {
    let text = this.texts.get(key);
    if (text === undefined) this.texts.set(key, (text = make()));
    return text;
  }
}

function merged(rows: readonly ChainRow[], changed: readonly ChainRow[]): ChainRow[] {
  const byStrike = new Map(changed.map((row) => [row.strikePaise, row]));
  return rows.map((row) => byStrike.get(row.strikePaise) ?? row);
}
