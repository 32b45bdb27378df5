import type { Principal as VerifiedPrincipal } from '@vega/platform';

/** Who asks, and the token that says so: it goes with every request on the bus that is made on their behalf. */
export interface Principal extends VerifiedPrincipal {
  readonly token: string;
}
