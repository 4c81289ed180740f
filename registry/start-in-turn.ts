import { HOLDS_TENANT_LOCK, MAX_AT_WORK } from '../domain/operation.ts';
import type { Operation, OperationStore } from '../ports/registry-store.ts';

export interface TurnPorts {
  readonly operations: Pick<OperationStore, 'countAtWork'>;
}

/**
 * Whether an accepted operation is started at once; else the starter does it in its turn. Sagas
 * that are started share one server and its workers, so a tenant that asks for a thousand at once
 * would hold up all others; what waits in its row holds up nobody. Asked by several at once it may
 * let a few more pass.
 */
export async function mayStartNow(
  { operations }: TurnPorts,
  { kind, tenant }: Operation,
): Promise<boolean> {
  // One at a time as it is.
  if (HOLDS_TENANT_LOCK[kind]) return true;
  return (await operations.countAtWork(tenant)) < MAX_AT_WORK;
}

/**
 * Of those that wait, oldest first, the ones whose turn it is: of each tenant as many as it has
 * room for. One at least, so that sagas which hang do not hold up the tenant's others for good.
 */
export async function inTurn(
  { operations }: TurnPorts,
  waiting: readonly Operation[],
): Promise<readonly Operation[]> {
  const turns: Operation[] = [];
  for (const [tenant, theirs] of Map.groupBy(waiting, (operation) => operation.tenant)) {
    const free = theirs.filter(({ kind }) => HOLDS_TENANT_LOCK[kind]);
    const many = theirs.filter(({ kind }) => !HOLDS_TENANT_LOCK[kind]);
    const room = many.length > 0 ? MAX_AT_WORK - (await operations.countAtWork(tenant)) : 0;
    turns.push(...free, ...many.slice(0, Math.max(1, room)));
  }
  return turns;
}
