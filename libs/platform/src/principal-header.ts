/** The header of a request on the bus that carries its caller's token. */
export const PRINCIPAL_HEADER = 'Vega-Principal';
