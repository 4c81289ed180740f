import { decode, name as dnsName, record as recordData } from 'dns-packet';
import type { Answer } from 'dns-packet';

/**
 * Queries and updates (RFC 1035, section 4; RFC 2136, section 2). Written here and not by
 * dns-packet's `encode`, which has no class NONE and no record without data; names, data and
 * everything that is read are dns-packet's.
 */

const OPCODE_QUERY = 0;
const OPCODE_UPDATE = 5;
const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;
const TYPE = { A: 1, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, AXFR: 252, ANY: 255 } as const;

/** Response codes that an update or a query may answer (RFC 1035 4.1.1, RFC 2136 2.2). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;

export interface ResourceRecord {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  /** An address, a name without final dot, or text of at most 255 bytes. */
  readonly data: string;
}

/** One entry of the prerequisite or update section, in wire form. */
export type Item = Buffer;

/** Prerequisite: no record of any type has this name (RFC 2136, 2.4.5). */
export function nameNotInUse(name: string): Item {
  return item(name, TYPE.ANY, CLASS.NONE, 0);
}

/** Prerequisite: this record is there and the only one of its name and type (2.4.2). */
export function recordIsAlone({ name, type, data }: ResourceRecord): Item {
  return item(name, TYPE[type], CLASS.IN, 0, recordData(type).encode(data));
}

/** Update: add a record (2.5.1). */
export function addRecord({ name, type, data }: ResourceRecord, ttlS: number): Item {
  return item(name, TYPE[type], CLASS.IN, ttlS, recordData(type).encode(data));
}

/** Update: remove all records of a name and type; none is success (2.5.2). */
export function removeRecords(name: string, type: ResourceRecord['type']): Item {
  return item(name, TYPE[type], CLASS.ANY, 0);
}

export function encodeQuery(id: number, name: string, type: keyof typeof TYPE): Buffer {
  return Buffer.concat([header(id, OPCODE_QUERY, 1, 0, 0), question(name, TYPE[type])]);
}

/** All prerequisites hold and all updates are made, or nothing is changed (RFC 2136, 3.7). */
export function encodeUpdate(
  id: number,
  zone: string,
  prerequisites: readonly Item[],
  updates: readonly Item[],
): Buffer {
  const start = header(id, OPCODE_UPDATE, 1, prerequisites.length, updates.length);
  return Buffer.concat([start, question(zone, TYPE.SOA), ...prerequisites, ...updates]);
}

export interface ParsedAnswer {
  readonly id: number;
  readonly rcode: number;
  readonly answers: readonly Answer[];
}

/** Throws when the bytes are no DNS answer. */
export function parseAnswer(message: Buffer): ParsedAnswer {
  const packet = decode(message);
  if (packet.type !== 'response') throw new Error('the message is not an answer');
  return {
    id: message.readUInt16BE(0),
    rcode: message.readUInt16BE(2) & 0xf,
    answers: packet.answers ?? [],
  };
}

/** Data as text; the strings of a TXT record are joined (RFC 1035, 3.3.14). */
export function textOf(answer: Answer): string {
  if (!('data' in answer)) return '';
  return [answer.data].flat().map(String).join('');
}

export function ttlOf(answer: Answer): string {
  return String('ttl' in answer ? answer.ttl : '');
}

/** Compared in wire form: addresses have several spellings, names compare without case. */
export function hasData(answer: Answer, { type, data }: ResourceRecord): boolean {
  if (answer.type !== type || !('data' in answer)) return false;
  const [theirs, ours] = [String(answer.data), data].map((text) =>
    recordData(type).encode(canonicalName(text)),
  ) as [Buffer, Buffer];
  return theirs.equals(ours);
}

/** Names compare without case and final dot (RFC 1035, 2.3.3). */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/u, '');
}

function header(id: number, opcode: number, zones: number, second: number, third: number): Buffer {
  const bytes = Buffer.alloc(12);
  [id, opcode << 11, zones, second, third].forEach((value, at) =>
    bytes.writeUInt16BE(value, at * 2),
  );
  return bytes;
}

function question(name: string, type: number): Buffer {
  return Buffer.concat([dnsName.encode(name), pair(type, CLASS.IN)]);
}

function item(name: string, type: number, klass: number, ttlS: number, data?: Buffer): Item {
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(ttlS);
  return Buffer.concat([dnsName.encode(name), pair(type, klass), ttl, data ?? Buffer.alloc(2)]);
}

function pair(first: number, second: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(first);
  bytes.writeUInt16BE(second, 2);
  return bytes;
}
