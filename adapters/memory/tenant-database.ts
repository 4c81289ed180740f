import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { TenantDatabase } from '../../ports/tenant-database.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { openJournal } from './journal.ts';

interface Entry {
  /** Tables and the like are in it: without a mark it is then somebody else's. */
  readonly used: boolean;
  readonly owner?: OwnerMark;
}

/** `plant` and `find` go past the port: what others or a crash left. Names are tenants' UUIDs. */
export interface MemoryTenantDatabase extends TenantDatabase {
  plant(tenant: string, entry: Entry): void;
  find(tenant: string): Entry | undefined;
}

/** Databases in name only, kept in `file` when given. */
export function createMemoryTenantDatabase(
  options: { file?: string; faults?: Faults } = {},
): MemoryTenantDatabase {
  const journal = openJournal<Entry>(options.file);
  const { entries } = journal;
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'tenant-database', method, effect);
  return {
    ensure: ({ owner, signal }: Call) =>
      send('ensure', signal, () => {
        const there = entries.get(owner.tenant);
        if (isForeign(there, owner)) {
          throw new PortError('tenant-database', 'foreign', 'the database does not carry our mark');
        }
        if (there?.owner === undefined) {
          entries.set(owner.tenant, { used: false, owner });
          journal.save();
        }
        return { url: `memory:${owner.tenant}` };
      }),
    remove: ({ owner, signal }: Call) =>
      send('remove', signal, () => {
        if (isForeign(entries.get(owner.tenant), owner)) return;
        if (entries.delete(owner.tenant)) journal.save();
      }),
    observe: ({ owner, signal }: Call) =>
      send('observe', signal, () => {
        const there = entries.get(owner.tenant);
        if (there === undefined) return ABSENT;
        if (isForeign(there, owner)) return FOREIGN;
        const found = there.owner === undefined ? null : 'ours';
        return {
          presence: 'mine' as const,
          attributes: [{ name: 'mark', wanted: 'ours', found }],
        };
      }),
    probe: (signal: AbortSignal) => send('probe', signal, () => undefined),
    inventory: (signal: AbortSignal) =>
      send('inventory', signal, () =>
        Array.from(entries, ([name, { owner }]) => ({ name, owner })),
      ),
    plant(tenant: string, entry: Entry): void {
      entries.set(tenant, entry);
      journal.save();
    },
    find: (tenant: string) => entries.get(tenant),
  };
}

/** Empty and unmarked is a database that a crash left between creation and mark: ours to adopt. */
function isForeign(there: Entry | undefined, owner: OwnerMark): boolean {
  if (there === undefined) return false;
  return there.owner === undefined ? there.used : !isMine(owner, there.owner);
}
