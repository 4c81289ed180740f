import { IN_TURNS, MAX_AT_WORK } from '../domain/operation.ts';
import type { Operation, OperationStore } from '../ports/registry-store.ts';

export interface TurnPorts {
  readonly operations: Pick<OperationStore, 'countOperations'>;
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
  if (!IN_TURNS.includes(kind)) return true;
  const open = await operations.countOperations(tenant, IN_TURNS, ['accepted', 'running']);
  return open <= MAX_AT_WORK;
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
    const queued = theirs.filter(({ kind }) => IN_TURNS.includes(kind));
    turns.push(...theirs.filter(({ kind }) => !IN_TURNS.includes(kind)));
    if (queued.length === 0) continue;
    const atWork = await operations.countOperations(tenant, IN_TURNS, ['running']);
    turns.push(...queued.slice(0, Math.max(atLeast, MAX_AT_WORK - atWork)));
  }
  return turns;
}
