import { randomInt } from 'node:crypto';
import type { MembershipBody } from '../../facts/core/bodies.ts';
import { KEY_WORDS, writeKey } from './identity-key.ts';

/** No row. */
export const NONE = -1;

/*
 * A row is 16 words of 32 bits, one cache line: at a million members a decision's time is the
 * memory that it touches for the first time.
 *
 *   0..3 tenant   4..9 subject   10 form of the subject   11 issuer   12 role set   13 state
 *   14 number of the tenant   15 next row with this key, + 1
 */
const ROW_WORDS = 16;
const ISSUER = 11;
const ROLES = 12;
const STATE = 13;
const TENANT = 14;
const NEXT = 15;
const FIRST_ROWS = 1_024;
/** Slots per row: open addressing stays short below half full. */
const SLOTS_PER_ROW = 2;
const STATES: readonly MembershipBody['state'][] = ['pending', 'active', 'inactive'];
const ACTIVE = 1;

export type NewMember = {
  id: string;
  tenant: string;
  tenantNumber: number;
  identity: { issuer: string; sub: string };
  state: MembershipBody['state'];
  /** Number of the role set. */
  roles: number;
};

/** Members with an identity, found by (tenant, subject); several of one key are chained. */
export class MemberTable {
  readonly #key = new Uint32Array(KEY_WORDS);
  /** Keeps who may choose subjects from choosing ones that collide. */
  readonly #seed = randomInt(2 ** 32);
  readonly #ids: string[] = [];
  readonly #free: number[] = [];
  readonly #issuers: string[] = [];
  readonly #issuerNumbers = new Map<string, number>();
  #rows = new Uint32Array(FIRST_ROWS * ROW_WORDS);
  /** Row + 1 of the first of its key; 0 is empty. */
  #slots = new Uint32Array(FIRST_ROWS * SLOTS_PER_ROW);

  /** First row of the tenant's members with this subject; follow {@link next}. */
  find(tenant: string, sub: string): number {
    if (!writeKey(tenant, sub, this.#key)) return NONE;
    return this.#word(this.#slotOf(this.#key, 0)) - 1;
  }

  next(row: number): number {
    return this.#at(row, NEXT) - 1;
  }

  idOf(row: number): string {
    return this.#ids[row] ?? '';
  }

  issuerOf(row: number): string {
    return this.#issuers[this.#at(row, ISSUER)] ?? '';
  }

  isActive(row: number): boolean {
    return this.#at(row, STATE) === ACTIVE;
  }

  rolesOf(row: number): number {
    return this.#at(row, ROLES);
  }

  tenantOf(row: number): number {
    return this.#at(row, TENANT);
  }

  add(member: NewMember): number {
    const { tenant, identity } = member;
    if (!writeKey(tenant, identity.sub, this.#key)) throw new TypeError(`no UUID: ${tenant}`);
    const row = this.#free.pop() ?? this.#ids.length;
    if ((row + 1) * ROW_WORDS > this.#rows.length) this.#grow();
    const slot = this.#slotOf(this.#key, 0);
    const first = this.#word(slot);
    const from = row * ROW_WORDS;
    this.#rows.set(this.#key, from);
    this.#rows[from + ISSUER] = this.#issuerNumber(identity.issuer);
    this.#rows[from + ROLES] = member.roles;
    this.#rows[from + STATE] = STATES.indexOf(member.state);
    this.#rows[from + TENANT] = member.tenantNumber;
    this.#rows[from + NEXT] = first;
    this.#ids[row] = member.id;
    this.#slots[slot] = row + 1;
    return row;
  }

  remove(row: number): void {
    const slot = this.#slotOf(this.#rows, row * ROW_WORDS);
    const after = this.#at(row, NEXT);
    const first = this.#word(slot) - 1;
    if (first === row) {
      this.#slots[slot] = after;
      if (after === 0) this.#closeGap(slot);
    } else {
      let before = first;
      while (this.next(before) !== row) before = this.next(before);
      this.#rows[before * ROW_WORDS + NEXT] = after;
    }
    this.#ids[row] = '';
    this.#free.push(row);
  }

  #at(row: number, word: number): number {
    return this.#rows[row * ROW_WORDS + word] ?? 0;
  }

  #word(slot: number): number {
    return this.#slots[slot] ?? 0;
  }

  /** The slot of the key that `words` holds at `from`, or the empty one where it would go. */
  #slotOf(words: Uint32Array, from: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(words, from) & mask;
    for (;;) {
      const row = this.#word(slot) - 1;
      if (row === NONE || this.#hasKey(row, words, from)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #hasKey(row: number, words: Uint32Array, from: number): boolean {
    const rows = this.#rows;
    const start = row * ROW_WORDS;
    for (let at = 0; at < KEY_WORDS; at += 1) {
      if (rows[start + at] !== words[from + at]) return false;
    }
    return true;
  }

  #hash(words: Uint32Array, from: number): number {
    let hash = this.#seed;
    for (let at = 0; at < KEY_WORDS; at += 1) {
      hash = Math.imul(hash ^ (words[from + at] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  }

  /** Moves what was pushed behind an emptied slot (Knuth, TAOCP 6.4, algorithm R). */
  #closeGap(emptied: number): void {
    const mask = this.#slots.length - 1;
    let gap = emptied;
    for (let slot = (gap + 1) & mask; this.#word(slot) !== 0; slot = (slot + 1) & mask) {
      const home = this.#hash(this.#rows, (this.#word(slot) - 1) * ROW_WORDS) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.#slots[gap] = this.#word(slot);
      this.#slots[slot] = 0;
      gap = slot;
    }
  }

  #grow(): void {
    const heads = this.#slots.filter((entry) => entry !== 0);
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (const entry of heads) {
      this.#slots[this.#slotOf(rows, (entry - 1) * ROW_WORDS)] = entry;
    }
  }

  /** One number and one text for all members of an issuer: parsed facts bring a copy each. */
  #issuerNumber(issuer: string): number {
    const known = this.#issuerNumbers.get(issuer);
    if (known !== undefined) return known;
    this.#issuerNumbers.set(issuer, this.#issuers.length);
    return this.#issuers.push(issuer) - 1;
  }
}
