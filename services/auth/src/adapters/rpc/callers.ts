import type { ClientFacts } from '@vega/contracts';
import type { Principal, PrincipalVerifier, RpcCallContext } from '@vega/platform';
import { trace } from '@opentelemetry/api';
import { clientOf, type Client } from '../../app/caller.ts';

/** Who stands behind a request on the bus, checked here whatever was checked before. */
export class Callers {
  constructor(private readonly verifier: PrincipalVerifier) {}

  /** The principal of a request. Throws UNAUTHENTICATED where there is none. */
  principal(call: RpcCallContext): Promise<Principal> {
    return this.verifier.verify(call.principal);
  }

  /** The principal where there is one that is taken; undefined otherwise. */
  async principalIfAny(call: RpcCallContext): Promise<Principal | undefined> {
    if (call.principal === undefined) return undefined;
    return this.verifier.verify(call.principal).catch(() => undefined);
  }

  client(facts: ClientFacts | undefined): Client {
    return clientOf(facts, trace.getActiveSpan()?.spanContext().traceId ?? '');
  }
}
