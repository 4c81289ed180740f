import { isIPv4, isIPv6 } from 'node:net';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Attribute, Observation } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { formatOwnerMark, isMine, parseOwnerMark } from '../../ports/owner-mark.ts';
import { changeRecordSets, readRecordSets } from './http.ts';
import type { RecordSet, RecordSetChange, ZoneApi } from './http.ts';

export interface PowerDnsOptions {
  /** Base of the HTTP API without `/api/v1`, e.g. `http://127.0.0.1:8081`. */
  readonly apiUrl: string;
  readonly apiKey: string;
  /** PowerDNS's own name of the server; it is `localhost` unless behind a proxy of many. */
  readonly serverId?: string;
  readonly zone: string;
  /** What hosts point at: an IPv4 or IPv6 address, or a name (CNAME). */
  readonly target: string;
  readonly ttlS: number;
}

interface Zone extends ZoneApi {
  readonly target: string;
  readonly ttlS: number;
}

const MARK_LABEL = '_tenure';
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);

/**
 * DNS by the HTTP API of PowerDNS (authoritative, 4.x). It has no compare-and-change: the mark is
 * read first, and hosts are reserved in our database, so that no two tenants come for one host. The
 * mark is written before the record and removed after it: where the backend has no transactions, a
 * crash between the two leaves a mark that its tenant adopts or removes.
 */
export function createPowerDns(options: PowerDnsOptions): Dns {
  const zone: Zone = {
    ...options,
    serverId: options.serverId ?? 'localhost',
    zone: options.zone.toLowerCase().replace(/\.$/u, ''),
  };
  return {
    ensure: (host, call) => ensure(zone, host, call),
    remove: (host, call) => remove(zone, host, call),
    observe: (host, call) => observe(zone, host, call),
    probe: async (signal) => void (await readRecordSets(zone, `${zone.zone}.`, signal)),
    inventory: async (signal) =>
      listHosts(zone.zone, await readRecordSets(zone, undefined, signal)),
  };
}

async function ensure(zone: Zone, host: string, call: Call): Promise<void> {
  assureInZone(zone.zone, host);
  const view = await look(zone, host, call.signal);
  const { mark, sets } = view;
  const mine = isMine(call.owner, mark);
  if (!mine && (mark !== undefined || sets.length > 0)) {
    throw new PortError('dns', 'foreign', 'the host has a record without our mark');
  }
  const record = hostRecord(zone.target);
  if (mine && attributesOf(zone, view).every(({ wanted, found }) => wanted === found)) return;
  const owner = mine ? mark : call.owner;
  const replaced = sets.filter((set) => ADDRESS_TYPES.has(set.type) && set.type !== record.type);
  await changeRecordSets(
    zone,
    [
      replace(zone, `${MARK_LABEL}.${host}.`, 'TXT', `"${formatOwnerMark(owner)}"`),
      ...replaced.map(drop),
      replace(zone, `${host}.`, record.type, record.content),
    ],
    call.signal,
  );
}

async function observe(zone: Zone, host: string, call: Call): Promise<Observation> {
  assureInZone(zone.zone, host);
  const view = await look(zone, host, call.signal);
  if (view.mark === undefined && view.sets.length === 0) return ABSENT;
  if (!isMine(call.owner, view.mark)) return FOREIGN;
  return { presence: 'mine', attributes: attributesOf(zone, view) };
}

function attributesOf(zone: Zone, { sets, markSet }: View): Attribute[] {
  const { type, content } = hostRecord(zone.target);
  const addresses = sets.filter((set) => ADDRESS_TYPES.has(set.type));
  const ttls = (found: readonly RecordSet[]) => textOf(found.map(({ ttl }) => String(ttl)));
  return [
    { name: 'record', wanted: `${type} ${content}`, found: textOf(addresses.flatMap(linesOf)) },
    { name: 'ttl', wanted: String(zone.ttlS), found: ttls(addresses) },
    { name: 'ttl of the mark', wanted: String(zone.ttlS), found: ttls(markSet ? [markSet] : []) },
  ];
}

/** A record that is switched off is not served. */
function linesOf({ type, records }: RecordSet): string[] {
  return records.map(({ content, disabled }) => `${type} ${content}${disabled ? ', off' : ''}`);
}

function textOf(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.join('; ');
}

async function remove(zone: Zone, host: string, call: Call): Promise<void> {
  assureInZone(zone.zone, host);
  const view = await look(zone, host, call.signal);
  if (!isMine(call.owner, view.mark)) return;
  const addresses = view.sets.filter((set) => ADDRESS_TYPES.has(set.type));
  const markSet = { name: `${MARK_LABEL}.${host}.`, type: 'TXT' };
  await changeRecordSets(zone, [...addresses, markSet].map(drop), call.signal);
}

interface View {
  /** `foreign`: a text is there that is not exactly one mark. */
  readonly mark: OwnerMark | 'foreign' | undefined;
  readonly markSet: RecordSet | undefined;
  readonly sets: readonly RecordSet[];
}

/** The mark is read last: written first, it cannot be missing beside a record that was seen. */
async function look(zone: Zone, host: string, signal: AbortSignal): Promise<View> {
  const sets = await readRecordSets(zone, `${host}.`, signal);
  const marks = await readRecordSets(zone, `${MARK_LABEL}.${host}.`, signal);
  const [set] = marks.filter(({ type, records }) => type === 'TXT' && records.length > 0);
  return { mark: set && (markOf(set) ?? 'foreign'), markSet: set, sets };
}

function markOf(set: RecordSet): OwnerMark | undefined {
  const [first, ...others] = set.records;
  if (first === undefined || others.length > 0) return undefined;
  return parseOwnerMark(first.content.replace(/^"(.*)"$/u, '$1'));
}

function listHosts(zone: string, sets: readonly RecordSet[]): InventoryItem[] {
  const hosts = new Map<string, undefined>();
  const marks = new Map<string, OwnerMark | undefined>();
  for (const set of sets) {
    const name = set.name.toLowerCase().replace(/\.$/u, '');
    if (set.type === 'TXT' && name.startsWith(`${MARK_LABEL}.`)) {
      marks.set(name.slice(MARK_LABEL.length + 1), markOf(set));
    } else if (ADDRESS_TYPES.has(set.type) && name !== zone) {
      hosts.set(name, undefined);
    }
  }
  return Array.from(new Map([...hosts, ...marks]), ([name, owner]) => ({ name, owner }));
}

function hostRecord(target: string): { type: string; content: string } {
  if (isIPv4(target)) return { type: 'A', content: target };
  if (isIPv6(target)) return { type: 'AAAA', content: target };
  return { type: 'CNAME', content: `${target.replace(/\.$/u, '')}.` };
}

function replace(zone: Zone, name: string, type: string, content: string): RecordSetChange {
  const records = [{ content, disabled: false }];
  return { name, type, changetype: 'REPLACE', ttl: zone.ttlS, records };
}

function drop({ name, type }: Pick<RecordSet, 'name' | 'type'>): RecordSetChange {
  return { name, type, changetype: 'DELETE' };
}

function assureInZone(zone: string, host: string): void {
  if (host.endsWith(`.${zone}`)) return;
  throw new PortError('dns', 'invalid', 'the host is not in the configured zone');
}
