/** Counts what has been asked of the broker: for the status page, and for tests that must know that something was asked. */
export class RequestCensus {
  private readonly counts = new Map<string, number>();
  private refused = 0;
  private total = 0;

  /** Notes a request that has been answered. */
  note(method: string, path: string, status: number): void {
    const name = `${method} ${path}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    this.total++;
    if (status >= 400) this.refused++;
  }

  /** Requests, endpoints among them, and how many were refused. */
  summary(): { readonly total: number; readonly endpoints: number; readonly refused: number } {
    return { total: this.total, endpoints: this.counts.size, refused: this.refused };
  }
}
