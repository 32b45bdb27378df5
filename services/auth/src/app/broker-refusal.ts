/** The broker said no: what it was asked cannot succeed as it stands. Carries its code, never what was sent. */
export class BrokerRefusal extends Error {
  override readonly name = 'BrokerRefusal';
  constructor(
    /** Whether it is the token that is not taken. */
    readonly isTokenInvalid: boolean,
    readonly brokerCode: string,
  ) {
    super(`the broker refused it${brokerCode === '' ? '' : ` (${brokerCode})`}`);
  }
}
