/**
 * Everything that a user of the bus may try, and whether it must succeed. What may be done is stated here from the
 * design's own words, beside the derivation that it judges and not by it.
 */
import { covers, filterOf, PARTIES, RPC_CONTRACTS, STREAMS, SUBJECT_FAMILIES, type BusParty } from '@vega/contracts';
import type { BusUser } from './bus-users.ts';

/** One thing to try. */
export interface Attack {
  readonly kind: string;
  readonly does: 'subscribe' | 'publish';
  readonly subject: string;
  readonly payload?: string;
  readonly expected: 'allowed' | 'refused';
}

/** Who may send an intent; the design's words. */
const INTENT_SENDERS: readonly string[] = ['gateway', 'strategy'];
/** Who may fetch a broker's token. */
const TOKEN_HOLDERS: readonly string[] = ['orders', 'portfolio', 'market-feed'];
/** Who may make streams and consumers. */
const MAKERS: readonly string[] = ['provisioner', 'quants-provisioner'];

/** Who stands in a contract's list for this user. */
function partyOf(user: BusUser): BusParty | undefined {
  return user.account === 'QUANTS'
    ? MAKERS.includes(user.name)
      ? undefined
      : 'quants'
    : PARTIES.find((one) => one === user.name);
}

/** All attacks of one user, with `others` as its victims. */
export function attacksOf(user: BusUser, others: readonly BusUser[]): Attack[] {
  return [
    ...inboxes(user, others),
    ...forbiddenToAll(),
    ...publishing(user),
    ...subscribing(user),
    ...requests(user),
    ...streams(user),
    ...money(user),
  ];
}

function refused(kind: string, does: Attack['does'], subject: string, payload?: string): Attack {
  return { kind, does, subject, ...(payload === undefined ? {} : { payload }), expected: 'refused' };
}

function inboxes(user: BusUser, others: readonly BusUser[]): Attack[] {
  const own = {
    kind: 'own inbox',
    does: 'subscribe',
    subject: `_INBOX_${user.name}.abc.>`,
    expected: 'allowed',
  } as const;
  return [
    own,
    refused('all inboxes', 'subscribe', '_INBOX.>'),
    refused('all inboxes', 'subscribe', '*.abc.>'),
    ...others
      .filter((other) => other.name !== user.name)
      .flatMap((other) => [
        refused("another's inbox", 'subscribe', `_INBOX_${other.name}.>`),
        refused("another's inbox", 'subscribe', `_INBOX_${other.name}.abc.*`),
        refused('reply injection', 'publish', `_INBOX_${other.name}.abc.1`, 'forged'),
      ]),
    refused('reply injection', 'publish', '_INBOX.abc.1', 'forged'),
  ];
}

/** What nobody may do, whoever it is. */
function forbiddenToAll(): Attack[] {
  const wide = [
    '>',
    '*',
    '*.*',
    '*.*.*.*',
    '$JS.>',
    '$JS.API.>',
    '$JS.ACK.>',
    '$JS.EVENT.>',
    '$SYS.>',
    '$KV.>',
    '$O.>',
    '_R_.>',
  ];
  const named = ['md.>', 'auth.>', 'ord.>', 'risk.>', 'rpc.>', 'rpc.v1.*.*', 'dlq.>', 'quants.deliver.>', 'VEGA.JS.>'];
  return [
    ...[...wide, ...named].map((subject) => refused('wide subscription', 'subscribe', subject)),
    refused('system', 'publish', '$SYS.REQ.SERVER.PING'),
    refused('system', 'publish', '$SYS.REQ.ACCOUNT.VEGA.CONNZ'),
    refused('key-value', 'publish', '$KV.secrets.key', 'x'),
    refused(
      'key-value',
      'publish',
      '$JS.API.STREAM.CREATE.KV_secrets',
      '{"name":"KV_secrets","subjects":["$KV.secrets.>"]}',
    ),
    refused('key-value', 'publish', '$JS.API.DIRECT.GET.KV_secrets.$KV.secrets.key'),
    refused(
      'a stream over inboxes',
      'publish',
      '$JS.API.STREAM.CREATE.SPY',
      '{"name":"SPY","subjects":["_INBOX_orders.>"]}',
    ),
    refused('account purge', 'publish', '$JS.API.ACCOUNT.PURGE.VEGA'),
    refused('streams of the account', 'publish', '$JS.API.STREAM.LIST'),
    refused('an API of no one', 'publish', 'VEGA.JS.API.CONSUMER.CREATE.MD_TICKS', '{}'),
    refused('an API of no one', 'publish', 'quants.deliver.MD_TICKS.abc', 'forged'),
  ];
}

/** Every published family, with a subject of it: exactly the named may publish. */
function publishing(user: BusUser): Attack[] {
  return Object.values(SUBJECT_FAMILIES)
    .map((family) => {
      const may = includes(family.publishers, user);
      const subject = filterOf(family).replaceAll('*', 'X');
      return { kind: 'publishing a family', does: 'publish', subject, expected: may ? 'allowed' : 'refused' } as const;
    })
    .filter(({ subject }) => !subject.startsWith('sig.'));
}

function subscribing(user: BusUser): Attack[] {
  const families = Object.values(SUBJECT_FAMILIES).map(
    (family) =>
      ({
        kind: 'core subscription',
        does: 'subscribe',
        subject: filterOf(family),
        // An operator sees what quants see.
        expected:
          includes(family.consumers, user) || (user.name === 'operator' && list(family.consumers).includes('quants'))
            ? 'allowed'
            : 'refused',
      }) as const,
  );
  const answering = RPC_CONTRACTS.map(
    (request) =>
      ({
        kind: 'answering for another',
        does: 'subscribe',
        subject: request.subject,
        expected: request.service === user.name ? 'allowed' : 'refused',
      }) as const,
  );
  return [...families, ...answering];
}

function requests(user: BusUser): Attack[] {
  return RPC_CONTRACTS.map((request) => ({
    kind: 'request',
    does: 'publish',
    subject: request.subject,
    expected: list(request.callers).includes(user.name) ? 'allowed' : 'refused',
  }));
}

/** Each stream by each door of JetStream's API. */
function streams(user: BusUser): Attack[] {
  return Object.values(STREAMS).flatMap(({ name, subjects }) => {
    const first = subjects[0] ?? '';
    const family = Object.values(SUBJECT_FAMILIES).find((each) => covers(first, filterOf(each)));
    const one = (family === undefined ? first : filterOf(family)).replaceAll('*', 'X');
    const pull = JSON.stringify({ stream_name: name, config: { name: 'spy', ack_policy: 'none' } });
    const push = JSON.stringify({
      stream_name: name,
      config: { deliver_subject: 'ord.v1.submit.acc_1', ack_policy: 'none' },
    });
    return [
      refused('consumer without filter', 'publish', `$JS.API.CONSUMER.CREATE.${name}`, push),
      refused('consumer without filter', 'publish', `$JS.API.CONSUMER.CREATE.${name}.spy`, pull),
      refused('consumer with filter', 'publish', `$JS.API.CONSUMER.CREATE.${name}.spy.${first}`, pull),
      refused('consumer with filter', 'publish', `$JS.API.CONSUMER.CREATE.${name}.spy.${one}`, pull),
      refused('durable', 'publish', `$JS.API.CONSUMER.DURABLE.CREATE.${name}.spy`, pull),
      refused('reading as another', 'publish', `$JS.API.CONSUMER.MSG.NEXT.${name}.spy`, '1'),
      refused('acknowledging for another', 'publish', `$JS.ACK.${name}.spy.1.1.1.1.0`, '+TERM'),
      refused('MSG.GET', 'publish', `$JS.API.STREAM.MSG.GET.${name}`, '{"seq":1}'),
      refused('MSG.GET', 'publish', `$JS.API.STREAM.MSG.GET.${name}`, JSON.stringify({ last_by_subj: one })),
      refused('MSG.DELETE', 'publish', `$JS.API.STREAM.MSG.DELETE.${name}`, '{"seq":1}'),
      refused('purge', 'publish', `$JS.API.STREAM.PURGE.${name}`),
      refused('stream deletion', 'publish', `$JS.API.STREAM.DELETE.${name}`),
      refused('stream snapshot', 'publish', `$JS.API.STREAM.SNAPSHOT.${name}`, '{"deliver_subject":"x"}'),
      ...(MAKERS.includes(user.name)
        ? []
        : [refused('stream change', 'publish', `$JS.API.STREAM.UPDATE.${name}`, '{}')]),
      ...directGets(user, name, one),
    ];
  });
}

/** Quants may read their copies by sequence; services at most the last value of what they consume; others nothing. */
function directGets(user: BusUser, stream: string, subject: string): Attack[] {
  const reader = Object.values(STREAMS).find(({ name }) => name === stream)?.readers as
    readonly { readonly party: string; readonly lastValues?: true; readonly copyMaxBytes?: number }[] | undefined;
  const mine = (reader ?? []).filter(({ party }) => party === partyOf(user));
  const whole = mine.some(({ copyMaxBytes }) => copyMaxBytes !== undefined);
  const last = whole || mine.some(({ lastValues }) => lastValues === true);
  return [
    {
      kind: 'DIRECT.GET',
      does: 'publish',
      subject: `$JS.API.DIRECT.GET.${stream}`,
      payload: '{"seq":1}',
      expected: whole ? 'allowed' : 'refused',
    },
    {
      kind: 'DIRECT.GET',
      does: 'publish',
      subject: `$JS.API.DIRECT.GET.${stream}.${subject}`,
      expected: last ? 'allowed' : 'refused',
    },
  ];
}

/** What could lose money or tell of another's, spelt as an outsider would. */
function money(user: BusUser): Attack[] {
  const isQuant = user.account === 'QUANTS';
  return [
    ...(isQuant
      ? [
          'ord.v1.*.*',
          'ord.v1.intent.*',
          'ord.v1.event.*',
          'auth.v1.*.*',
          'auth.v1.token.*',
          'pf.v1.*.*',
          'risk.v1.*.*',
        ]
      : []
    ).map((subject) => refused('an account seen by a quant', 'subscribe', subject)),
    refused("a team's signal", 'publish', 'sig.v1.other.x', 'forged'),
    {
      kind: 'intent',
      does: 'publish',
      subject: 'ord.v1.submit.acc_1',
      expected: INTENT_SENDERS.includes(user.name) ? 'allowed' : 'refused',
    },
    {
      kind: 'intent',
      does: 'subscribe',
      subject: 'ord.v1.submit.*',
      expected: user.name === 'orders' ? 'allowed' : 'refused',
    },
    {
      kind: 'broker token',
      does: 'publish',
      subject: 'rpc.v1.auth.fetch-broker-token',
      expected: TOKEN_HOLDERS.includes(user.name) ? 'allowed' : 'refused',
    },
    {
      kind: 'kill switch',
      does: 'publish',
      subject: 'risk.v1.switch.X',
      expected: user.name === 'orders' ? 'allowed' : 'refused',
    },
  ];
}

function list(parties: readonly string[]): readonly string[] {
  return parties;
}

function includes(parties: readonly string[], user: BusUser): boolean {
  const party = partyOf(user);
  return party !== undefined && parties.includes(party);
}
