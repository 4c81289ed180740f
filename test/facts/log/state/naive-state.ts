import { createHash } from 'node:crypto';
import { concatBytes, toHex } from '../../../../facts/core/bytes.ts';
import type { Fact } from '../../../../facts/core/types.ts';
import { encodePayload } from '../../../../facts/core/payload.ts';
import { leafHash } from '../../../../facts/crypto/hash.ts';

/* The state tree by its definition in facts-v1, from all facts at once, and by none of our code. */

const encoded = new WeakMap<Fact, Uint8Array>();
const payloadOf = (fact: Fact): Uint8Array => {
  const bytes = encoded.get(fact) ?? encodePayload(fact);
  encoded.set(fact, bytes);
  return bytes;
};

type Item = { key: Uint8Array; weight: number; bytes: Uint8Array };
type Named = { hash: Uint8Array; weight: number };

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const byte = (value: number): Uint8Array => new Uint8Array([value]);
const number = (value: number, bytes: number): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex'));
const sized = (bytes: Uint8Array, width: number) => concatBytes(number(bytes.length, width), bytes);
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));
const sorted = (items: readonly Item[]) => items.toSorted((a, b) => Buffer.compare(a.key, b.key));

/** One shape: what weighs at most 256 is a leaf, everything else is parted by four bits. */
const nameOf = (items: readonly Item[], depth: number, leaf: (of: Item[]) => Uint8Array): Named => {
  const weight = items.reduce((sum, item) => sum + item.weight, 0);
  if (weight <= 256) return { hash: leaf(sorted(items)), weight };
  const children = '0123456789abcdef'.split('').map((digit) => {
    const below = items.filter(({ key }) => toHex(key)[depth] === digit);
    return below.length === 0
      ? { hash: new Uint8Array(32), weight: 0 }
      : nameOf(below, depth + 1, leaf);
  });
  const inner = children.map((child) => concatBytes(child.hash, number(child.weight, 8)));
  return { hash: sha256(byte(3), ...inner), weight };
};

const payloads = (items: readonly Item[]) => items.map(({ bytes }) => sized(bytes, 2));
const factsLeaf = (items: Item[]): Uint8Array =>
  sha256(byte(4), number(items.length, 2), ...payloads(items));
const tenantsLeaf = (items: Item[]): Uint8Array =>
  sha256(byte(2), ...items.flatMap(({ key, bytes }) => [key, sha256(byte(5), bytes)]));

const itemOf = (tenant: string, chain: readonly Fact[]): Item => {
  const live = new Map<string, Item>();
  for (const fact of chain) {
    const key = sha256(text(fact.kind), byte(0), text(fact.subject));
    const bytes = payloadOf(fact);
    if (fact.op === 'assert') live.set(fact.subject, { key, weight: 1, bytes });
    else live.delete(fact.subject);
  }
  const facts = [...live.values()];
  const last = chain.at(-1) as Fact;
  const uuid = Uint8Array.from(Buffer.from(tenant.replaceAll('-', ''), 'hex'));
  const rest = facts.length > 256 ? [nameOf(facts, 0, factsLeaf).hash] : payloads(sorted(facts));
  const head = leafHash(payloadOf(last));
  const bytes = concatBytes(uuid, number(last.seq, 8), head, number(facts.length, 4), ...rest);
  const weight = facts.length === 0 || facts.length > 256 ? 1 : facts.length;
  return { key: sha256(uuid), weight, bytes };
};

/** Root of the state tree over these facts, in any order of tenants, each tenant's by `seq`. */
export const naiveState = (facts: readonly Fact[]): Uint8Array => {
  const chains = Map.groupBy(facts, ({ tenant }) => tenant);
  const items = [...chains].map(([tenant, chain]) => itemOf(tenant, chain));
  return nameOf(items, 0, tenantsLeaf).hash;
};
