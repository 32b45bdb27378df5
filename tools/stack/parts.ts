import type { ManagedProcess, Trio } from '@vega/testkit';

/** What a start has brought up so far, in order: what has to be stopped, however far it got. */
export class StackParts {
  private readonly services: ManagedProcess[] = [];
  private readonly jobs: ManagedProcess[] = [];
  private readonly controller = new AbortController();
  private trio: Trio | undefined;

  /** Aborted from the moment a stop was asked for. */
  get stopSignal(): AbortSignal {
    return this.controller.signal;
  }

  addService(service: ManagedProcess): void {
    this.services.push(service);
  }

  /** A process that is expected to end by itself. */
  addJob(job: ManagedProcess): void {
    this.jobs.push(job);
  }

  setTrio(trio: Trio): void {
    this.trio = trio;
  }

  /** Servers and services, in the order they were started. */
  get processes(): readonly ManagedProcess[] {
    const servers = this.trio === undefined ? [] : [this.trio.postgres, this.trio.nats, this.trio.redis];
    return [...servers.flatMap((server) => (server.process === undefined ? [] : [server.process])), ...this.services];
  }

  /**
   * Stops everything started so far in reverse order, the servers last; may be called again for what was started meanwhile.
   * Resolves with a sentence for each service that had to be killed.
   */
  async stop(): Promise<readonly string[]> {
    this.controller.abort();
    const killed: string[] = [];
    for (const service of [...this.services, ...this.jobs].toReversed()) {
      const wasRunning = service.end() === undefined;
      const end = await service.stop();
      if (wasRunning && end.signal === 'SIGKILL') killed.push(`${service.name} did not drain in time and was killed`);
    }
    await this.trio?.stop();
    return killed;
  }

  /** Ends everything at once, without draining. */
  killAll(): void {
    for (const part of [...this.processes, ...this.jobs]) part.kill('SIGKILL');
  }
}
