/** The kill switch at orders' own port: needs that process and PostgreSQL, and neither gateway nor bus. */

/** What is to be stopped, or to go on. */
export interface SwitchTurn {
  readonly scope: string;
  readonly stops: 'NOTHING' | 'OPENING' | 'EVERYTHING';
  readonly reason: string;
}

const WAIT_MS = 10_000;

/** Turns the switch; one sentence of what holds now. Throws an Error with one sentence when it could not be turned. */
export async function turnAtDoor(door: string, secret: string, turn: SwitchTurn): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${door}/kill-switch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(turn),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw new Error(`orders does not answer at ${door}`);
  }
  const body = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; revision?: number };
  if (response.status !== 200) {
    throw new Error(
      `orders refused: ${body.code ?? response.status}${body.detail === undefined ? '' : `, ${body.detail}`}`,
    );
  }
  const what = turn.stops === 'NOTHING' ? 'is released' : `stops ${turn.stops.toLowerCase()}`;
  return `the kill switch of ${turn.scope} ${what} (revision ${body.revision ?? '?'})`;
}
