import { HealthState } from '@vega/contracts';

/** One connection to the broker's feed, as far as health depends on it. */
export interface ConnectionFacts {
  readonly connection: number;
  /** As the feed client names its states; `open` is the only healthy one. */
  readonly state: string;
  readonly keys: number;
  readonly mute: boolean;
}

/** The broker's REST interface as the last probe found it. */
export interface RestFacts {
  /** Why the last probe failed; absent when it succeeded. */
  readonly problem: string | undefined;
  readonly latencyMs: number;
}

/** Everything the state of the feed is judged by. Ages and durations in milliseconds. */
export interface HealthFacts {
  /** Whether any segment trades continuously. */
  readonly sessionOpen: boolean;
  /** Why there is no usable token; absent when there is one. */
  readonly tokenProblem: string | undefined;
  readonly connections: readonly ConnectionFacts[];
  /** Instruments that somebody wants. */
  readonly wanted: number;
  /** Instruments that no connection may carry. */
  readonly refused: number;
  readonly busConnected: boolean;
  /** Why last values cannot be written to Redis; absent when they can. */
  readonly storeProblem: string | undefined;
  readonly masterDate: string;
  /** YYYY-MM-DD of market time; empty before the first frame. */
  readonly marketDate: string;
  /** Share of entries in the last seconds that repeated the one before; 0 when there were too few to tell. */
  readonly duplicateShare: number;
  /** Since the last frame that was not the feed's protocol; absent when there was none. */
  readonly garbageAgeMs: number | undefined;
  /** How much later than usual frames arrive. */
  readonly lagMs: number;
  /** Local wall clock minus the feed's; absent where the source of market is not live. */
  readonly clockSkewMs: number | undefined;
  /** By how much the feed's clock fell behind market time already told. */
  readonly clockBehindMs: number;
  readonly rest: RestFacts | undefined;
}

export interface HealthVerdict {
  readonly state: HealthState;
  /** In words, the worst first; empty when green. */
  readonly reasons: readonly string[];
}

/** Limits of the judgement, in milliseconds unless named otherwise. */
export const HEALTH_LIMITS = {
  lagAmberMs: 1_000,
  lagRedMs: 3_000,
  skewAmberMs: 500,
  skewRedMs: 2_000,
  clockBehindRedMs: 60_000,
  garbageMemoryMs: 5_000,
  /** 7.5 % is usual; a broker that says everything twice reaches 50 %. */
  duplicateShareRed: 0.4,
  restAmberMs: 1_000,
  restRedMs: 2_000,
} as const;

type Finding = readonly [HealthState, string];
type Check = (facts: HealthFacts) => readonly Finding[];

const { GREEN, AMBER, RED } = HealthState;

/** One check per way in which the feed can fail; each names what it found. */
const CHECKS: readonly Check[] = [
  (facts) => (facts.busConnected ? [] : [[RED, 'not connected to NATS: ticks are not published']]),
  (facts) =>
    facts.tokenProblem === undefined
      ? []
      : [[facts.sessionOpen ? RED : AMBER, `no usable broker token: ${facts.tokenProblem}`]],
  connectionFindings,
  (facts) =>
    facts.garbageAgeMs !== undefined && facts.garbageAgeMs <= HEALTH_LIMITS.garbageMemoryMs
      ? [[RED, 'the feed sends bytes that are not its protocol']]
      : [],
  (facts) =>
    limited(facts.lagMs, HEALTH_LIMITS.lagAmberMs, HEALTH_LIMITS.lagRedMs, (ms) => `the feed lags by ${ms} ms`),
  (facts) =>
    facts.duplicateShare >= HEALTH_LIMITS.duplicateShareRed
      ? [[RED, `the feed repeats itself: ${Math.round(facts.duplicateShare * 100)} % of its messages say nothing new`]]
      : [],
  (facts) =>
    limited(
      Math.abs(facts.clockSkewMs ?? 0),
      HEALTH_LIMITS.skewAmberMs,
      HEALTH_LIMITS.skewRedMs,
      (ms) => `the local clock is ${ms} ms off the feed's`,
    ),
  (facts) =>
    facts.clockBehindMs > HEALTH_LIMITS.clockBehindRedMs
      ? [[RED, `the feed's clock is ${Math.round(facts.clockBehindMs / 1000)} s behind market time already told`]]
      : [],
  restFindings,
  (facts) =>
    facts.masterDate === ''
      ? [[RED, 'no instrument master is loaded']]
      : facts.marketDate !== '' && facts.masterDate < facts.marketDate
        ? [[AMBER, `the instrument master is of ${facts.masterDate}`]]
        : [],
  (facts) => (facts.refused > 0 ? [[AMBER, `${facts.refused} wanted instruments do not fit the broker's limits`]] : []),
  (facts) => (facts.storeProblem === undefined ? [] : [[AMBER, `last values are not kept: ${facts.storeProblem}`]]),
];

/** The state of the feed and why: red when what is served must not be trusted, amber when something needs a look. */
export function judgeHealth(facts: HealthFacts): HealthVerdict {
  const findings = CHECKS.flatMap((check) => check(facts));
  const red = findings.filter(([state]) => state === RED);
  const state = red.length > 0 ? RED : findings.length > 0 ? AMBER : GREEN;
  const reasons = [...red, ...findings.filter(([found]) => found !== RED)].map(([, reason]) => reason);
  return { state, reasons };
}

function connectionFindings(facts: HealthFacts): readonly Finding[] {
  const { sessionOpen, connections, wanted, tokenProblem } = facts;
  if (wanted > 0 && !connections.some(({ state }) => state === 'open')) {
    return tokenProblem === undefined ? [[sessionOpen ? RED : AMBER, 'not connected to the broker feed']] : [];
  }
  return connections.flatMap(({ connection, state, keys, mute }): Finding[] => {
    if (keys === 0) return [];
    const what = `connection ${connection} with ${keys} instruments`;
    if (state !== 'open') return [[sessionOpen ? RED : AMBER, `${what} is ${state}`]];
    return mute ? [[RED, `${what} is silent although the market is open`]] : [];
  });
}

function restFindings({ rest }: HealthFacts): readonly Finding[] {
  if (rest === undefined) return [];
  if (rest.problem !== undefined) return [[RED, `the broker's REST interface fails: ${rest.problem}`]];
  return limited(
    rest.latencyMs,
    HEALTH_LIMITS.restAmberMs,
    HEALTH_LIMITS.restRedMs,
    (ms) => `the broker's REST interface takes ${ms} ms`,
  );
}

function limited(valueMs: number, amberMs: number, redMs: number, say: (ms: number) => string): readonly Finding[] {
  if (valueMs <= amberMs) return [];
  return [[valueMs > redMs ? RED : AMBER, say(Math.round(valueMs))]];
}
