import type { Secrets } from '../../../ports/secrets.ts';

/** Secrets in memory; `held` is keyed `tenant/name`. */
export function keepSecrets(): Secrets & { readonly held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    put: async (tenant, name, value) => {
      held.set(`${tenant}/${name}`, value);
    },
    find: async (tenant, name) => held.get(`${tenant}/${name}`),
    removeAll: async (tenant) => {
      for (const key of held.keys()) if (key.startsWith(`${tenant}/`)) held.delete(key);
    },
  };
}
