/** One thing a service needs to do its work. */
export interface HealthCheck {
  readonly name: string;
  /** Undefined when all is well, else one sentence that says what is not. */
  check(): string | undefined | Promise<string | undefined>;
}

/** What `/health/ready` tells. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Liveness and readiness of one process. Ready means really able to work: every registered check passes. */
export class Health {
  private readonly checks: HealthCheck[] = [];
  private draining = false;

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** From now on not ready, so that no new work is sent here. */
  startDraining(): void {
    this.draining = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all(this.checks.map(async (check) => [check.name, await runCheck(check)] as const));
    const failed = results.some(([, problem]) => problem !== undefined);
    const checks = Object.fromEntries(results.map(([name, problem]) => [name, problem ?? 'ok']));
    if (this.draining) checks['drain'] = 'the service is shutting down';
    return { ready: !failed && !this.draining, checks };
  }
}

const CHECK_TIMEOUT_MS = 2_000;

async function runCheck(check: HealthCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`did not answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check.check()), timeout]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
