/** Who asks, as far as the front door knows. */
export interface Principal {
  readonly name: string;
}
