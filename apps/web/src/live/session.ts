/** A segment's session in the words of the gateway. */
export interface SegmentSession {
  segment: string;
  status: string | null;
}

const WORDS: Readonly<Record<string, string>> = {
  PRE_OPEN_START: 'Pre-open',
  PRE_OPEN_END: 'Pre-open over',
  NORMAL_OPEN: 'Open',
  NORMAL_CLOSE: 'Closed',
  CLOSING_START: 'Closing session',
  CLOSING_END: 'Closed',
};

/** Whether continuous trading goes on in a segment, or in any when none is named. */
export function isOpen(sessions: readonly SegmentSession[], segment?: string): boolean {
  return sessions.some((one) => one.status === 'NORMAL_OPEN' && (segment === undefined || one.segment === segment));
}

/** A session status as people say it. */
export function sessionWord(status: string | null | undefined): string {
  return status === null || status === undefined ? 'Not announced' : (WORDS[status] ?? status);
}

/** The sessions in a few words: one where cash and derivatives agree, else both. */
export function sessionSummary(sessions: readonly SegmentSession[]): string {
  const statusOf = (segment: string): string | null | undefined =>
    sessions.find((one) => one.segment === segment)?.status;
  const derivatives = statusOf('NSE_FO');
  const cash = statusOf('NSE_EQ');
  if (derivatives === undefined && cash === undefined) return sessionWord(sessions[0]?.status);
  if (derivatives === undefined) return sessionWord(cash);
  const word = sessionWord(derivatives);
  if (cash === undefined || sessionWord(cash) === word) return word;
  return `F&O ${word.toLowerCase()}, cash ${sessionWord(cash).toLowerCase()}`;
}
