import { Metadata, status, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { grpcHealth } from '@vega/contracts';
import { repeat, type Clock } from '@vega/kernel';
import type { Health } from '@vega/platform';

type Request = grpcHealth.HealthCheckRequest;
type Response = grpcHealth.HealthCheckResponse;
const { HealthCheckResponse_ServingStatus: STATES } = grpcHealth;

/** How often a watcher's state is looked at. */
const WATCH_MS = 1_000;

/** The gRPC health protocol over the readiness of the service: one state for all services that are served. */
export class GrpcHealth {
  constructor(
    private readonly health: Health,
    private readonly clock: Clock,
    private readonly services: readonly string[],
  ) {}

  /** Tells the state of a service, or of the server when none is named. */
  check(call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void {
    if (this.knows(call.request.service)) void this.state().then((state) => answer(null, { status: state }));
    else answer({ code: status.NOT_FOUND, details: 'no such service', metadata: new Metadata() });
  }

  /** Tells the state, and then every change of it, until the watcher goes. */
  watch(call: ServerWritableStream<Request, Response>): void {
    let shown: number | undefined;
    const look = async (): Promise<void> => {
      const now = this.knows(call.request.service) ? await this.state() : STATES.SERVICE_UNKNOWN;
      if (now === shown || call.cancelled || call.destroyed) return;
      shown = now;
      call.write({ status: now });
    };
    void look();
    const timer = repeat(this.clock, WATCH_MS, look);
    call.on('cancelled', () => {
      timer.cancel();
      call.end();
    });
    call.on('close', () => timer.cancel());
    call.on('error', () => timer.cancel());
  }

  private knows(service: string): boolean {
    return service === '' || this.services.includes(service);
  }

  private async state(): Promise<grpcHealth.HealthCheckResponse_ServingStatus> {
    const { ready } = await this.health.readiness();
    return ready ? STATES.SERVING : STATES.NOT_SERVING;
  }
}
