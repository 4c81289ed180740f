import { HOLDS_TENANT_LOCK, MAX_AT_WORK } from '../domain/operation.ts';
import type { Operation, OperationStore } from '../ports/registry-store.ts';

export interface TurnPorts {
  readonly operations: Pick<OperationStore, 'countWithoutLock'>;
}

/**
 * Whether an accepted operation is started at once; else the starter does it in its turn. Sagas
 * that are started share one server and its workers, so a tenant that asks for a thousand at once
 * would hold up all others; what waits in its row holds up nobody. Those that wait count as well:
 * none overtakes them, and a tenant that goes on asking goes on at the starter's pace.
 */
export async function mayStartNow(
  { operations }: TurnPorts,
  { kind, tenant }: Operation,
): Promise<boolean> {
  // One at a time as it is.
  if (HOLDS_TENANT_LOCK[kind]) return true;
  return (await operations.countWithoutLock(tenant, ['accepted', 'running'])) <= MAX_AT_WORK;
}

/**
 * Of those that wait, oldest first, the ones whose turn it is: of each tenant as many as it has
 * room for, and `atLeast` so many however many hang.
 */
export async function inTurn(
  { operations }: TurnPorts,
  waiting: readonly Operation[],
  atLeast: number,
): Promise<readonly Operation[]> {
  const turns: Operation[] = [];
  for (const [tenant, theirs] of Map.groupBy(waiting, (operation) => operation.tenant)) {
    const locking = theirs.filter(({ kind }) => HOLDS_TENANT_LOCK[kind]);
    const free = theirs.filter(({ kind }) => !HOLDS_TENANT_LOCK[kind]);
    const atWork = free.length > 0 ? await operations.countWithoutLock(tenant, ['running']) : 0;
    turns.push(...locking, ...free.slice(0, Math.max(atLeast, MAX_AT_WORK - atWork)));
  }
  return turns;
}
