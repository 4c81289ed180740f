import { randomInt } from 'node:crypto';
import type { MembershipBody } from '../../facts/core/bodies.ts';
import { KEY_WORDS, writeKey } from './identity-key.ts';

/** No row. */
export const NONE = -1;

/*
 * Open addressing over rows of 16 words of 32 bits, one cache line: at a million members a
 * decision's time is the memory that it touches for the first time, and so it touches one row.
 *
 *   0..3 tenant   4..9 subject   10 form of the subject   11 issuer   12 role set
 *   13 state, + 1; 0 is an empty row   14 number of the tenant   15 unused
 */
const ROW_WORDS = 16;
const ISSUER = 11;
const ROLES = 12;
const STATE = 13;
const TENANT = 14;
const FIRST_ROWS = 64;
/** Rows per member at least: probes stay short below half full. */
const ROWS_PER_MEMBER = 2;
const EMPTY = 0;
const STATES: readonly (MembershipBody['state'] | 'empty')[] = [
  'empty',
  'pending',
  'active',
  'inactive',
];
const ACTIVE = STATES.indexOf('active');

export type NewMember = {
  id: string;
  tenant: string;
  tenantNumber: number;
  identity: { issuer: string; sub: string };
  state: MembershipBody['state'];
  /** Number of the role set. */
  roles: number;
};

/** Members with an identity, found by (tenant, subject); several may have one key. */
export class MemberTable {
  readonly #key = new Uint32Array(KEY_WORDS);
  /** Keeps who may choose subjects from choosing ones that collide. */
  readonly #seed = randomInt(2 ** 32);
  readonly #issuers: string[] = [];
  readonly #issuerNumbers = new Map<string, number>();
  #rows = new Uint32Array(FIRST_ROWS * ROW_WORDS);
  /** By row. */
  #ids: string[] = [];
  #mask = FIRST_ROWS - 1;
  #count = 0;

  /** First of the tenant's members with this subject; good until the next change. */
  find(tenant: string, sub: string): number {
    if (!writeKey(tenant, sub, this.#key)) return NONE;
    return this.#findFrom(this.#hash(this.#key, 0), this.#key, 0);
  }

  /** The next with the key of this row. */
  next(row: number): number {
    return this.#findFrom(row + 1, this.#rows, row * ROW_WORDS);
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

  add(member: NewMember): void {
    const { tenant, identity } = member;
    if ((this.#count + 1) * ROWS_PER_MEMBER > this.#mask + 1) this.#grow();
    if (!writeKey(tenant, identity.sub, this.#key)) throw new TypeError(`no UUID: ${tenant}`);
    const row = this.#emptyFrom(this.#hash(this.#key, 0));
    const from = row * ROW_WORDS;
    this.#rows.set(this.#key, from);
    this.#rows[from + ISSUER] = this.#issuerNumber(identity.issuer);
    this.#rows[from + ROLES] = member.roles;
    this.#rows[from + STATE] = STATES.indexOf(member.state);
    this.#rows[from + TENANT] = member.tenantNumber;
    this.#ids[row] = member.id;
    this.#count += 1;
  }

  /** Nothing happens when there is no such member. */
  remove(tenant: string, sub: string, id: string): void {
    let row = this.find(tenant, sub);
    while (row !== NONE && this.#ids[row] !== id) row = this.next(row);
    if (row === NONE) return;
    this.#count -= 1;
    this.#closeGap(row);
  }

  #at(row: number, word: number): number {
    return this.#rows[row * ROW_WORDS + word] ?? 0;
  }

  /** The first row from `start` on, before an empty one, with the key in `words` at `from`. */
  #findFrom(start: number, words: Uint32Array, from: number): number {
    let row = start & this.#mask;
    while (this.#at(row, STATE) !== EMPTY) {
      if (this.#hasKey(row, words, from)) return row;
      row = (row + 1) & this.#mask;
    }
    return NONE;
  }

  #emptyFrom(start: number): number {
    let row = start & this.#mask;
    while (this.#at(row, STATE) !== EMPTY) row = (row + 1) & this.#mask;
    return row;
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

  /** Moves what was pushed behind a row that is free now (Knuth, TAOCP 6.4, algorithm R). */
  #closeGap(freed: number): void {
    let gap = freed;
    for (let row = (gap + 1) & this.#mask; this.#at(row, STATE) !== EMPTY;) {
      const home = this.#hash(this.#rows, row * ROW_WORDS) & this.#mask;
      if (((row - home) & this.#mask) >= ((row - gap) & this.#mask)) {
        this.#rows.copyWithin(gap * ROW_WORDS, row * ROW_WORDS, (row + 1) * ROW_WORDS);
        this.#ids[gap] = this.idOf(row);
        gap = row;
      }
      row = (row + 1) & this.#mask;
    }
    this.#rows[gap * ROW_WORDS + STATE] = EMPTY;
    this.#ids[gap] = '';
  }

  #grow(): void {
    const [rows, ids] = [this.#rows, this.#ids];
    this.#rows = new Uint32Array(rows.length * 2);
    this.#ids = [];
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < rows.length; from += ROW_WORDS) {
      if (rows[from + STATE] === EMPTY) continue;
      const row = this.#emptyFrom(this.#hash(rows, from));
      this.#rows.set(rows.subarray(from, from + ROW_WORDS), row * ROW_WORDS);
      this.#ids[row] = ids[from / ROW_WORDS] ?? '';
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
