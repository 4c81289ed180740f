import type { RoleBody } from '../../facts/core/bodies.ts';

export type RoleScope = RoleBody['scope'];

/** The permissions of one combination of roles; shared by all members that have it. */
export type RoleSet = {
  /** For {@link RoleSets.at}. */
  readonly number: number;
  readonly roles: readonly string[];
  readonly scope: RoleScope;
  /** A role with `*`: every permission. */
  every: boolean;
  permissions: Set<string>;
};

/**
 * The platform's role vocabulary, and the permission sets made from it. Sets are shared by
 * combination, so a changed role touches a few sets and no member.
 */
export class RoleSets {
  readonly #roles = new Map<string, RoleBody>();
  readonly #sets: RoleSet[] = [];
  readonly #byCombination = new Map<string, RoleSet>();

  /** The set of these roles; unknown roles, and roles of the other scope, grant nothing. */
  setOf(scope: RoleScope, roles: readonly string[]): RoleSet {
    const sorted = roles.toSorted();
    const key = `${scope} ${sorted.join(' ')}`;
    const known = this.#byCombination.get(key);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    const made: RoleSet = { number, roles: sorted, scope, every: false, permissions: new Set() };
    this.#fill(made);
    this.#sets.push(made);
    this.#byCombination.set(key, made);
    return made;
  }

  at(number: number): RoleSet | undefined {
    return this.#sets[number];
  }

  define(name: string, body: RoleBody): void {
    this.#roles.set(name, body);
    this.#refill(name);
  }

  /** A retracted role denies whatever names it. */
  remove(name: string): void {
    this.#roles.delete(name);
    this.#refill(name);
  }

  /** Every role denies until it is stated again. */
  clear(): void {
    this.#roles.clear();
    for (const set of this.#sets) this.#fill(set);
  }

  #refill(name: string): void {
    for (const set of this.#sets) if (set.roles.includes(name)) this.#fill(set);
  }

  #fill(set: RoleSet): void {
    set.permissions = new Set();
    for (const name of set.roles) {
      const role = this.#roles.get(name);
      if (role?.scope !== set.scope) continue;
      for (const permission of role.permissions) set.permissions.add(permission);
    }
    set.every = set.permissions.has('*');
  }
}
