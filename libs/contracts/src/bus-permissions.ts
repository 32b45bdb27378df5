// Goal: what each user of the bus may publish and subscribe to, made from the contracts and from nothing else.
// Method: every right is the consequence of one line of data: a family names its publishers and consumers, a request its
//   callers, a stream its readers. Nobody may create or change a stream or a consumer but the provisioner, since a stream
//   can be told to capture any subject and a push consumer to deliver to any: whoever may create one may read and forge all.
// Invariants: an inbox belongs to one user; a reply goes where a request asked for it, once (`answers`).
import type { BusParty, Party } from './parties.ts';
import { quantFamily, type QuantTeam } from './quant-teams.ts';
import type { RpcContract } from './rpc-contract.ts';
import { RPC_CONTRACTS } from './rpc.ts';
import { STREAMS, type DurableReader, type StreamDefinition } from './streams.ts';
import { SUBJECT_FAMILIES, subjects, type SubjectFamily } from './subjects.ts';

/** What a user of the bus may do; everything else is refused by the server. */
export interface BusPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May send one reply to each message that came with a reply subject. */
  readonly answers: boolean;
}

/** The data that permissions are made from; the platform's own unless a test gives another. */
export interface BusContracts {
  readonly families: readonly SubjectFamily<never>[];
  readonly requests: readonly RpcContract<never, never>[];
  readonly streams: readonly StreamDefinition[];
}

/** All that the platform's contracts say. */
export const BUS_CONTRACTS: BusContracts = {
  families: Object.values(SUBJECT_FAMILIES) as unknown as readonly SubjectFamily<never>[],
  requests: RPC_CONTRACTS,
  streams: Object.values(STREAMS),
};

/** The one process of a stack that publishes the sizes of all streams as metrics. */
export const STREAM_WATCHER: Party = 'market-feed';

/** The prefix of a user's inboxes; nobody else may subscribe below it. */
export function inboxPrefixOf(user: string): string {
  return `_INBOX_${user}`;
}

/** The subjects of a family as one filter. */
export function filterOf(family: { readonly pattern: string }): string {
  return family.pattern.replaceAll(/<[^>]+>/g, '*');
}

/** The same for who subscribes: whatever the places at the end are, so that `>` may be written there too. */
export function subscriptionOf(family: { readonly pattern: string }): string {
  return filterOf(family).replace(/(\.\*)+$/, '.>');
}

/** Whether every subject that `inner` matches is matched by `outer`. */
export function covers(outer: string, inner: string): boolean {
  const [wide, narrow] = [outer.split('.'), inner.split('.')];
  for (let at = 0; at < wide.length; at += 1) {
    if (wide[at] === '>') return narrow.length > at;
    if (narrow[at] === undefined || narrow[at] === '>') return false;
    if (wide[at] !== '*' && wide[at] !== narrow[at]) return false;
  }
  return narrow.length === wide.length;
}

/** What a process of the platform may do on the bus. */
export function permissionsOf(party: Party, contracts: BusContracts = BUS_CONTRACTS): BusPermissions {
  const { families, requests, streams } = contracts;
  const published = families.filter((family) => family.publishers.includes(party)).map(filterOf);
  const asked = requests.filter((request) => request.callers.includes(party)).map((request) => request.subject);
  const answers =
    requests.some((request) => request.service === party) ||
    families.some((family) => family.delivery === 'request' && family.consumers.includes(party));
  const streamRights = streams.flatMap((stream) => rightsOnStream(party, stream, published, families));
  const buries = streams
    .flatMap((stream) => durablesOf(stream))
    .some((reader) => reader.party === party && reader.madeByReader !== true);
  const deadLetters = streams.find((stream) => stream.owner === 'platform');
  const publish = [
    ...published,
    ...asked,
    ...streamRights,
    ...(buries && deadLetters !== undefined ? [`$JS.API.STREAM.INFO.${deadLetters.name}`] : []),
    ...(party === STREAM_WATCHER ? watchRights(streams) : []),
  ];
  return {
    publish: sorted(publish.some((subject) => subject.startsWith('$JS.')) ? [...publish, '$JS.API.INFO'] : publish),
    subscribe: sorted([
      `${inboxPrefixOf(party)}.>`,
      ...subscribedBy(party, families),
      ...(requests.some((request) => request.service === party) ? [subjects.rpc(party, '') + '*'] : []),
    ]),
    answers,
  };
}

/** What `npm run doctor` and an operator at a terminal may do: look at the streams and at the market. */
export function operatorPermissions(contracts: BusContracts = BUS_CONTRACTS): BusPermissions {
  const { families, streams } = contracts;
  return {
    publish: sorted(['$JS.API.INFO', '$JS.API.STREAM.NAMES', ...watchRights(streams)]),
    subscribe: sorted([`${inboxPrefixOf('operator')}.>`, ...subscribedBy('quants', families)]),
    answers: false,
  };
}

/** What the provisioner may do: create and change exactly the streams and durables that the contracts name. */
export function provisionerPermissions(contracts: BusContracts = BUS_CONTRACTS): BusPermissions {
  const rights = contracts.streams.flatMap((stream) => [
    ...createRights(stream.name),
    ...durablesOf(stream)
      .filter((reader) => reader.madeByReader !== true)
      .flatMap((reader) => durableRights(stream.name, reader.durable)),
  ]);
  return {
    publish: sorted(['$JS.API.INFO', ...rights]),
    subscribe: [`${inboxPrefixOf('provisioner')}.>`],
    answers: false,
  };
}

/** Subjects of the quants' account under which its copies reach the platform's JetStream and are delivered to. */
export const QUANT_BRIDGE = { apiPrefix: 'VEGA.JS.API', deliverPrefix: 'quants.deliver' } as const;

/** A stream's copy in the quants' account: the part of it that they may read. */
export interface StreamCopy {
  readonly stream: StreamDefinition;
  /** What is copied; undefined for all of it. */
  readonly filter: string | undefined;
  readonly maxBytes: number;
}

/** Every stream that stands in the quants' account as a copy. Throws when more than one filter would be needed. */
export function quantCopies(contracts: BusContracts = BUS_CONTRACTS): StreamCopy[] {
  return contracts.streams.flatMap((stream) =>
    stream.readers.flatMap((reader) => {
      if (!('copyMaxBytes' in reader)) return [];
      const readable = consumedBy('quants', contracts.families).filter((subject) =>
        stream.subjects.some((captured) => covers(captured, subject)),
      );
      const filters = stream.subjects.flatMap((captured) => readable.filter((subject) => covers(captured, subject)));
      if (filters.length !== 1) throw new Error(`${stream.name} cannot be copied to the quants by one filter`);
      return [{ stream, filter: stream.subjects.length === 1 ? undefined : filters[0], maxBytes: reader.copyMaxBytes }];
    }),
  );
}

/** The name of a team's user, and the prefix of its inboxes with it. */
export function teamUser(team: QuantTeam): string {
  return `quants-${team.name}`;
}

/** What a quant team may do within the quants' account. */
export function teamPermissions(team: QuantTeam, contracts: BusContracts = BUS_CONTRACTS): BusPermissions {
  const reads = team.reads.map((name) => filterOf(quantFamily(name)));
  const copies = quantCopies(contracts).filter(({ stream, filter }) =>
    (filter === undefined ? stream.subjects : [filter]).some((captured) =>
      reads.some((read) => covers(captured, read)),
    ),
  );
  const rights = copies.flatMap(({ stream }) => [
    `$JS.API.STREAM.INFO.${stream.name}`,
    `$JS.API.DIRECT.GET.${stream.name}`,
    ...reads
      .filter((read) => stream.subjects.some((captured) => covers(captured, read)))
      .map((read) => `$JS.API.DIRECT.GET.${stream.name}.${read}`),
    ...readRights(stream.name, team.name),
  ]);
  return {
    publish: sorted([
      ...(rights.length === 0 ? [] : ['$JS.API.INFO', ...rights]),
      ...(team.signals ? [teamSignals(team)] : []),
    ]),
    subscribe: sorted([
      `${inboxPrefixOf(teamUser(team))}.>`,
      ...team.reads.map((name) => subscriptionOf(quantFamily(name))),
    ]),
    answers: false,
  };
}

/** What makes the copies and the teams' durables in the quants' account. */
export function quantProvisionerPermissions(
  teams: readonly QuantTeam[],
  contracts: BusContracts = BUS_CONTRACTS,
): BusPermissions {
  const rights = quantCopies(contracts).flatMap(({ stream }) => [
    ...createRights(stream.name),
    ...teams.flatMap((team) => durableRights(stream.name, team.name)),
  ]);
  return {
    publish: sorted(['$JS.API.INFO', ...rights]),
    subscribe: [`${inboxPrefixOf('quants-provisioner')}.>`],
    answers: false,
  };
}

/** The subjects of a team's own signals. */
export function teamSignals(team: QuantTeam): string {
  return `sig.v1.${team.name}.*`;
}

function consumedBy(party: BusParty, families: BusContracts['families']): string[] {
  return families.filter((family) => family.consumers.includes(party)).map(filterOf);
}

function subscribedBy(party: BusParty, families: BusContracts['families']): string[] {
  return families.filter((family) => family.consumers.includes(party)).map(subscriptionOf);
}

function durablesOf(stream: StreamDefinition): DurableReader[] {
  return stream.readers.filter((reader): reader is DurableReader => 'durable' in reader);
}

/** What a party needs of one stream: to see it when it owns or fills it, and what each of its ways of reading takes. */
function rightsOnStream(
  party: Party,
  stream: StreamDefinition,
  published: readonly string[],
  families: BusContracts['families'],
): string[] {
  const fills = published.some((subject) => stream.subjects.some((captured) => covers(captured, subject)));
  const readers = stream.readers.filter((reader) => reader.party === party);
  const sees = stream.owner === party || fills || readers.length > 0;
  return [
    ...(sees ? [`$JS.API.STREAM.INFO.${stream.name}`] : []),
    ...readers.flatMap((reader) => {
      if ('lastValues' in reader) return lastValueRights(party, stream, families);
      if ('durable' in reader) return durableReaderRights(stream.name, reader);
      return [];
    }),
  ];
}

function lastValueRights(party: Party, stream: StreamDefinition, families: BusContracts['families']): string[] {
  return consumedBy(party, families)
    .filter((subject) => stream.subjects.some((captured) => covers(captured, subject)))
    .map((subject) => `$JS.API.DIRECT.GET.${stream.name}.${subject}`);
}

function durableReaderRights(stream: string, reader: DurableReader): string[] {
  return [
    ...readRights(stream, reader.durable),
    ...(reader.madeByReader === true
      ? [`$JS.API.CONSUMER.CREATE.${stream}.${reader.durable}`, `$JS.API.CONSUMER.DELETE.${stream}.${reader.durable}`]
      : [subjects.deadLetter(reader.durable)]),
  ];
}

function readRights(stream: string, durable: string): string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    `$JS.ACK.${stream}.${durable}.>`,
  ];
}

function watchRights(streams: readonly StreamDefinition[]): string[] {
  return streams.flatMap(({ name }) => [`$JS.API.STREAM.INFO.${name}`, `$JS.API.CONSUMER.LIST.${name}`]);
}

function createRights(stream: string): string[] {
  return ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

function durableRights(stream: string, durable: string): string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
    // With one filter the client names it in the subject.
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
  ];
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].toSorted();
}
