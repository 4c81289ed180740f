import type { Call } from '../../../ports/call.ts';
import type { InventoryItem } from '../../../ports/identity-provider.ts';
import type { Outside } from '../saga-outside.ts';

/**
 * Makes adapters see no difference between their registry and one beside it: the origin in the mark
 * is skipped. What the proofs are proved with.
 */
export function skipOrigin(outside: Outside, registry: string, beside: string): void {
  const { identity, databases, routes, dns } = outside;
  // Other tests share these servers, as registries of their own.
  const asOurs = ({ name, owner }: InventoryItem): InventoryItem => ({
    name,
    owner: owner?.registry === beside ? { ...owner, registry } : owner,
  });
  const asTheirs = (call: Call): Call => ({ ...call, owner: { ...call.owner, registry: beside } });
  for (const port of [identity.silo, identity.pool, routes, dns]) {
    const { inventory, remove } = port;
    Object.assign(port, {
      inventory: async (signal: AbortSignal) => (await inventory(signal)).map(asOurs),
      remove: async (name: string, call: Call) => {
        await remove(name, call);
        await remove(name, asTheirs(call));
      },
    });
  }
  const { inventory, remove } = databases;
  Object.assign(databases, {
    inventory: async (signal: AbortSignal) => (await inventory(signal)).map(asOurs),
    remove: async (call: Call) => {
      await remove(call);
      await remove(asTheirs(call));
    },
  });
}
