import { randomBytes } from 'node:crypto';
import { SagaKeyError } from '../../../ports/saga-keys.ts';

/** Keys in memory; operations are of the tenant that the test says. */
export function aKeyRing() {
  const keys = new Map<string, Uint8Array | null>();
  const tenants = new Map<string, string>();
  const asked: string[] = [];
  return {
    ...{ keys, tenants, asked },
    keyOf: async (tenant: string) => {
      asked.push(tenant);
      const key = keys.get(tenant) ?? (keys.has(tenant) ? null : randomBytes(32));
      if (key === null) throw new SagaKeyError('saga-key-destroyed', 'It is destroyed.');
      keys.set(tenant, key);
      return key;
    },
    tenantOf: async (operation: string) => {
      const tenant = tenants.get(operation);
      if (tenant === undefined) throw new SagaKeyError('saga-operation-unknown', 'Unknown.');
      return tenant;
    },
  };
}
