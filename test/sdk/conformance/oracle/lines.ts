import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readPayload } from './payload.ts';
import type { OraclePayload } from './payload.ts';

/* Lines of one shard, judged by facts-v1 with other means than any kit's. */

const TYPE = 'application/vnd.tenure.fact.v1+json';
const NUMBER = '(0|[1-9][0-9]{0,15})';
const BASE64 = '([A-Za-z0-9+/]*={0,2})';
const ID = '([A-Za-z0-9][A-Za-z0-9._:-]{0,127})';
const LINE = new RegExp(
  `^${NUMBER} ${NUMBER} \\{"payload":"${BASE64}","payloadType":"${TYPE.replaceAll(/[.+]/g, '\\$&')}",` +
    `"signatures":\\[\\{"keyid":"${ID}","sig":"${BASE64}"\\}\\]\\}$`,
);
const ANY_LINE = new RegExp(`^${NUMBER} ${NUMBER} \\{[^\\n\\r]*\\}$`);
const NO_LEAF = Buffer.alloc(32).toString('base64url');

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** Of the 32 bytes of a public key. */
export const publicKeyOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  });

/** The first 16 bytes of SHA-256 of a public key. */
export const keyIdOf = (raw: Uint8Array): string => sha256(raw).toString('hex').slice(0, 32);

/** Undefined: not the one way to write these bytes. */
export const decodeBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
};

const shardOf = (tenant: string): number | undefined =>
  sha256(Buffer.from(tenant.replaceAll('-', ''), 'hex'))[0];

/** Most lines of a mutant are as they were in the one before it. */
const MAX_KNOWN = 10_000;
const known = new Map<string, boolean>();

const isSigned = (pae: Buffer, key: KeyObject, keyId: string, signature: Buffer): boolean => {
  const name = `${keyId} ${signature.toString('latin1')} ${pae.toString('latin1')}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const holds = verify(null, pae, key, signature);
  known.set(name, holds);
  return holds;
};

export type OracleLine = { position: number; index: number; pae: Buffer; fact: OraclePayload };

export type Trust = { log: string; shard: number; keys: ReadonlyMap<string, KeyObject> };

/** A line that is signed, and whose fact belongs into the shard; what comes before it apart. */
export const readLine = (line: string, { log, shard, keys }: Trust): OracleLine | undefined => {
  const [, position, index, payload = '', keyId = '', sig = ''] = LINE.exec(line) ?? [];
  const [bytes, signature, key] = [decodeBase64(payload), decodeBase64(sig), keys.get(keyId)];
  if (bytes === undefined || signature?.length !== 64 || key === undefined) return undefined;
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${bytes.length} `), bytes]);
  const fact = isSigned(pae, key, keyId, signature) ? readPayload(bytes) : undefined;
  if (fact === undefined || fact.log !== log || shardOf(fact.tenant) !== shard) return undefined;
  const place = { position: Number(position), index: Number(index) };
  return Number.isSafeInteger(place.position + place.index) ? { ...place, pae, fact } : undefined;
};

/** At or below the position: dropped unread, whatever stands in the envelope. */
const isBehind = (line: string, position: number): boolean => {
  const [, own, index] = ANY_LINE.exec(line) ?? [];
  return Number(own) >= 1 && Number(own) <= position && Number.isSafeInteger(Number(index));
};

export type Replayed = { accepted: number; position: number; index: number; hash: string };

/** Where a reader that has nothing must stand after HTTP has answered with these lines. */
export const replayLines = (lines: readonly string[], trust: Trust): Replayed => {
  const heads = new Map<string, { seq: number; leaf: string }>();
  let [position, index, epoch] = [0, -1, 0];
  let hash: Buffer = Buffer.alloc(32);
  for (const text of lines) {
    if (isBehind(text, position)) continue;
    const line = readLine(text, trust);
    if (line?.position !== position + 1 || line.index <= index || line.fact.epoch < epoch) break;
    const { seq, prev, tenant } = line.fact;
    const head = heads.get(tenant) ?? { seq: 0, leaf: NO_LEAF };
    if (seq !== head.seq + 1 || prev !== head.leaf) break;
    const leaf = sha256(Buffer.of(0), line.pae);
    heads.set(tenant, { seq, leaf: leaf.toString('base64url') });
    [position, index, epoch] = [line.position, line.index, line.fact.epoch];
    hash = sha256(hash, leaf);
  }
  return { accepted: position, position, index, hash: hash.toString('hex') };
};
