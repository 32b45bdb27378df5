import { PARTIES, type BusParty } from './parties.ts';
import { SUBJECT_FAMILIES } from './subjects.ts';

/** A quant team as the operator names it. */
export interface QuantTeam {
  /** Lower-case letters, digits and hyphens; the `<source>` of its signals. */
  readonly name: string;
  /** Keys of {@link SUBJECT_FAMILIES}; each must name the quants among its consumers. */
  readonly reads: readonly string[];
  /** Whether it may publish `sig.v1.<team>.<name>`. */
  readonly signals: boolean;
}

const RESERVED: readonly string[] = [...PARTIES, 'provisioner', 'operator'];

/** Reads a list of teams as JSON gives it. Throws an Error that names every fault. */
export function parseQuantTeams(value: unknown): QuantTeam[] {
  if (!Array.isArray(value)) throw new Error('The quant teams are not a list.');
  const entries: readonly unknown[] = value;
  const teams = entries.filter(isTeam);
  const names = teams.map(({ name }) => name);
  const faults = [
    ...(teams.length === entries.length ? [] : ['an entry is not { name, reads: [...], signals: true or false }']),
    ...teams.flatMap((team) => faultsOf(team, names)),
  ];
  if (faults.length > 0) throw new Error(`The quant teams are not usable: ${faults.join('; ')}.`);
  return teams;
}

function isTeam(value: unknown): value is QuantTeam {
  if (typeof value !== 'object' || value === null) return false;
  const { name, reads, signals, ...rest } = value as Partial<Record<keyof QuantTeam, unknown>>;
  if (typeof name !== 'string' || typeof signals !== 'boolean' || Object.keys(rest).length > 0) return false;
  return Array.isArray(reads) && reads.every((read) => typeof read === 'string');
}

function faultsOf(team: QuantTeam, names: readonly string[]): string[] {
  return [
    ...(/^[a-z][a-z0-9-]{0,31}$/.test(team.name) ? [] : [`"${team.name}" is not a team's name`]),
    ...(RESERVED.includes(team.name) ? [`"${team.name}" is the name of a process`] : []),
    ...(names.indexOf(team.name) === names.lastIndexOf(team.name) ? [] : [`two teams are called ${team.name}`]),
    ...team.reads
      .filter((name) => !isQuantFamily(name))
      .map((name) => `team ${team.name}: "${name}" is not a family that quants may read`),
  ];
}

function isQuantFamily(name: string): name is keyof typeof SUBJECT_FAMILIES {
  if (!Object.hasOwn(SUBJECT_FAMILIES, name)) return false;
  const consumers: readonly BusParty[] = SUBJECT_FAMILIES[name as keyof typeof SUBJECT_FAMILIES].consumers;
  return consumers.includes('quants');
}

/** The family of a name in a team's `reads`. Throws when quants may not read it. */
export function quantFamily(name: string): { readonly pattern: string } {
  if (!isQuantFamily(name)) throw new Error(`"${name}" is not a family that quants may read`);
  return SUBJECT_FAMILIES[name];
}
