import { isIPv4, isIPv6 } from 'node:net';
import type { Answer } from 'dns-packet';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Attribute, Observation } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Dns } from '../../ports/dns.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { formatOwnerMark, isMine, parseOwnerMark } from '../../ports/owner-mark.ts';
import { createDnsClient } from './client.ts';
import type { DnsClient } from './client.ts';
import * as message from './message.ts';
import type { ResourceRecord } from './message.ts';
import type { TsigAlgorithm } from './tsig.ts';

export interface Rfc2136Options {
  /** The primary server of the zone: the one that takes updates. Never a resolver. */
  readonly server: string;
  readonly port: number;
  /** Without final dot. */
  readonly zone: string;
  /** What hosts point at: an IPv4 or IPv6 address, or a name (CNAME). */
  readonly target: string;
  readonly ttlS: number;
  /** `secret` is base64, as `keymgr -t` and `tsig-keygen` print it. */
  readonly key: {
    readonly name: string;
    readonly algorithm: TsigAlgorithm;
    readonly secret: string;
  };
  readonly clock: Clock;
}

const MARK_LABEL = '_tenure';
const ADDRESS_TYPES = ['A', 'AAAA', 'CNAME'] as const;
/** A host that was freed between the refused creation and our look at it is tried once more. */
const MAX_TRIES = 2;

/**
 * DNS by dynamic updates (RFC 2136) signed with TSIG (RFC 8945) over TCP. Record and mark come and
 * go in one atomic update whose prerequisites are its compare: of two tenants exactly one wins.
 */
export function createRfc2136(given: Rfc2136Options): Dns {
  const options = { ...given, zone: message.canonicalName(given.zone) };
  const key = { ...options.key, secret: Buffer.from(options.key.secret, 'base64') };
  const client = createDnsClient({ ...options, key });
  return {
    ensure: (host, call) => ensure(options, client, host, call),
    remove: (host, call) => remove(options, client, host, call),
    observe: (host, call) => observe(options, client, host, call),
    // An empty update: it asks for the right to update and changes nothing.
    probe: async (signal) => void (await client.update([], [], signal)),
    inventory: async (signal) => listHosts(options.zone, await client.transfer(signal)),
  };
}

async function ensure(to: Rfc2136Options, client: DnsClient, host: string, call: Call) {
  assureInZone(to.zone, host);
  const record = hostRecord(to.target, host);
  const mark = markRecord(host, call.owner);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const created = await client.update(
      [message.nameNotInUse(host), message.nameNotInUse(mark.name)],
      [message.addRecord(mark, to.ttlS), message.addRecord(record, to.ttlS)],
      call.signal,
    );
    if (created) return;
    const found = await findMark(client, host, call.signal);
    if (found === undefined) continue;
    if (!isMine(call.owner, found)) break;
    return adopt(to, client, record, found, call.signal);
  }
  throw new PortError('dns', 'foreign', 'the host has a record without our mark');
}

/** The mark is ours: whatever address the host has becomes the target. */
async function adopt(
  to: Rfc2136Options,
  client: DnsClient,
  record: ResourceRecord,
  owner: OwnerMark,
  signal: AbortSignal,
): Promise<void> {
  const isRight = async () =>
    (await readAttributes(to, client, record.name, signal)).every(
      (one) => one.wanted === one.found,
    );
  if (await isRight()) return;
  const mark = markRecord(record.name, owner);
  const made = await client.update(
    [message.recordIsAlone(mark)],
    [
      message.removeRecords(mark.name, 'TXT'),
      message.addRecord(mark, to.ttlS),
      ...ADDRESS_TYPES.map((type) => message.removeRecords(record.name, type)),
      message.addRecord(record, to.ttlS),
    ],
    signal,
  );
  if (!made) throw new PortError('dns', 'unavailable', 'the mark changed at the same moment');
  // A CNAME beside other records is left out without an error (RFC 2136, 3.4.2.2).
  if (await isRight()) return;
  throw new PortError('dns', 'foreign', 'the host has other records beside ours');
}

async function observe(to: Rfc2136Options, client: DnsClient, host: string, call: Call) {
  assureInZone(to.zone, host);
  const attributes = await readAttributes(to, client, host, call.signal);
  const mark = await findMark(client, host, call.signal);
  if (mark === undefined && attributes.every(({ found }) => found === null)) return ABSENT;
  if (!isMine(call.owner, mark)) return FOREIGN;
  return { presence: 'mine', attributes } satisfies Observation;
}

async function readAttributes(
  to: Rfc2136Options,
  client: DnsClient,
  host: string,
  signal: AbortSignal,
): Promise<Attribute[]> {
  const wanted = hostRecord(to.target, host);
  const addresses: Answer[] = [];
  for (const type of ADDRESS_TYPES) {
    addresses.push(...recordsAt(await client.query(host, type, signal), host, type));
  }
  const markAt = markName(host);
  const marks = recordsAt(await client.query(markAt, 'TXT', signal), markAt, 'TXT');
  const name = `${wanted.type} ${wanted.data}`;
  const nameOf = (answer: Answer) =>
    message.hasData(answer, wanted) ? name : `${answer.type} ${message.textOf(answer)}`;
  return [
    { name: 'record', wanted: name, found: joined(addresses.map(nameOf)) },
    { name: 'ttl', wanted: String(to.ttlS), found: joined(addresses.map(message.ttlOf)) },
    { name: 'ttl of the mark', wanted: String(to.ttlS), found: joined(marks.map(message.ttlOf)) },
  ];
}

/** Records of one name and type have one TTL (RFC 2181, 5.2). */
function joined(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join('; ');
}

async function remove(to: Rfc2136Options, client: DnsClient, host: string, call: Call) {
  assureInZone(to.zone, host);
  const found = await findMark(client, host, call.signal);
  if (!isMine(call.owner, found)) return;
  const mark = markRecord(host, found);
  const done = await client.update(
    [message.recordIsAlone(mark)],
    [
      ...ADDRESS_TYPES.map((type) => message.removeRecords(host, type)),
      message.removeRecords(mark.name, 'TXT'),
    ],
    call.signal,
  );
  if (done || (await findMark(client, host, call.signal)) === undefined) return;
  throw new PortError('dns', 'unavailable', 'the mark changed at the same moment');
}

/** `foreign`: a text is there that is not exactly one mark. */
async function findMark(
  client: DnsClient,
  host: string,
  signal: AbortSignal,
): Promise<OwnerMark | 'foreign' | undefined> {
  const answers = await client.query(markName(host), 'TXT', signal);
  const texts = recordsAt(answers, markName(host), 'TXT');
  if (texts.length === 0) return undefined;
  const [only] = texts;
  return (texts.length === 1 && only && parseOwnerMark(message.textOf(only))) || 'foreign';
}

/** A wildcard or a CNAME chain may add records of other names and types to an answer. */
function recordsAt(answers: readonly Answer[], name: string, type: string): Answer[] {
  return answers.filter(
    (answer) => answer.type === type && message.canonicalName(answer.name) === name,
  );
}

function listHosts(zone: string, records: readonly Answer[]): InventoryItem[] {
  const hosts = new Map<string, undefined>();
  const marks = new Map<string, OwnerMark | undefined>();
  for (const record of records) {
    const name = message.canonicalName(record.name);
    if (record.type === 'TXT' && name.startsWith(`${MARK_LABEL}.`)) {
      const host = name.slice(MARK_LABEL.length + 1);
      marks.set(host, parseOwnerMark(message.textOf(record)));
    } else if (ADDRESS_TYPES.some((type) => type === record.type) && name !== zone) {
      hosts.set(name, undefined);
    }
  }
  return Array.from(new Map([...hosts, ...marks]), ([name, owner]) => ({ name, owner }));
}

function hostRecord(target: string, name: string): ResourceRecord {
  const type = isIPv4(target) ? 'A' : isIPv6(target) ? 'AAAA' : 'CNAME';
  return { name, type, data: target };
}

function markRecord(host: string, owner: OwnerMark): ResourceRecord {
  return { name: markName(host), type: 'TXT', data: formatOwnerMark(owner) };
}

function markName(host: string): string {
  return `${MARK_LABEL}.${host}`;
}

function assureInZone(zone: string, host: string): void {
  if (host.endsWith(`.${zone}`)) return;
  throw new PortError('dns', 'invalid', 'the host is not in the configured zone');
}
