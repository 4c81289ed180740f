import type { ApiKeyBody } from '../../facts/core/bodies.ts';

/** An API key as its fact states it; the key itself is nowhere. */
export type ApiKey = {
  readonly tenant: string;
  readonly id: string;
  readonly body: ApiKeyBody;
};

/** Live API keys, found by their hash. */
export class ApiKeyTable {
  /** Several of one hash are those of a broken registry: none of them is known. */
  readonly #byHash = new Map<string, ApiKey[]>();
  readonly #byTenant = new Map<string, Map<string, ApiKey>>();

  put(tenant: string, id: string, body: ApiKeyBody): void {
    this.remove(tenant, id);
    const key = { tenant, id, body };
    const ofTenant = this.#byTenant.get(tenant) ?? new Map<string, ApiKey>();
    this.#byTenant.set(tenant, ofTenant.set(id, key));
    this.#byHash.set(body.hash, [...(this.#byHash.get(body.hash) ?? []), key]);
  }

  /** Nothing happens when there is no such key. */
  remove(tenant: string, id: string): void {
    const ofTenant = this.#byTenant.get(tenant);
    const key = ofTenant?.get(id);
    if (ofTenant === undefined || key === undefined) return;
    ofTenant.delete(id);
    if (ofTenant.size === 0) this.#byTenant.delete(tenant);
    const { hash } = key.body;
    const others = this.#byHash.get(hash)?.filter((one) => one !== key) ?? [];
    if (others.length === 0) this.#byHash.delete(hash);
    else this.#byHash.set(hash, others);
  }

  forget(tenant: string): void {
    for (const id of this.#byTenant.get(tenant)?.keys() ?? []) this.remove(tenant, id);
  }

  /** The one key of this hash, base64url. */
  find(hash: string): ApiKey | undefined {
    const found = this.#byHash.get(hash);
    return found?.length === 1 ? found[0] : undefined;
  }
}
