import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { RouteRequest, Routes } from '../../ports/routes.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { openJournal } from './journal.ts';

interface Entry {
  readonly host: string;
  readonly owner?: OwnerMark;
  readonly suspended?: true;
}

/** `plant` and `find` go past the port: what others left behind. Names are slugs. */
export interface MemoryRoutes extends Routes {
  plant(slug: string, entry: Entry): void;
  find(slug: string): Entry | undefined;
}

/** Routes in memory, kept in `file` when given. No traffic passes. */
export function createMemoryRoutes(options: { file?: string; faults?: Faults } = {}): MemoryRoutes {
  const journal = openJournal<Entry>(options.file);
  const { entries } = journal;
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'routes', method, effect);
  const ensure = ({ slug, host }: RouteRequest, call: Call) => {
    const there = entries.get(slug);
    if (there && !isMine(call.owner, there.owner)) {
      throw new PortError('routes', 'foreign', 'a route of that name does not carry our mark');
    }
    if (there?.host === host && !there.suspended) return;
    entries.set(slug, { host, owner: there?.owner ?? call.owner });
    journal.save();
  };
  return {
    ensure: (request, call) => send('ensure', call.signal, () => ensure(request, call)),
    suspend: ({ slug, host }, call) =>
      send('suspend', call.signal, () => {
        const owner = entries.get(slug)?.owner;
        if (!isMine(call.owner, owner)) return;
        entries.set(slug, { host, owner, suspended: true });
        journal.save();
      }),
    restore: (request, call) => send('restore', call.signal, () => ensure(request, call)),
    remove: (slug: string, call: Call) =>
      send('remove', call.signal, () => {
        if (!isMine(call.owner, entries.get(slug)?.owner)) return;
        entries.delete(slug);
        journal.save();
      }),
    observe: ({ slug, host }: RouteRequest, call: Call) =>
      send('observe', call.signal, () => {
        const there = entries.get(slug);
        if (there === undefined) return ABSENT;
        if (!isMine(call.owner, there.owner)) return FOREIGN;
        const found = there.suspended ? null : there.host;
        const attributes = [{ name: 'host', wanted: host, found }];
        return { presence: 'mine' as const, attributes, open: !there.suspended };
      }),
    probe: (signal: AbortSignal) => send('probe', signal, () => undefined),
    inventory: (signal: AbortSignal) =>
      send('inventory', signal, () =>
        Array.from(entries, ([name, { owner }]) => ({ name, owner })),
      ),
    plant(slug: string, entry: Entry): void {
      entries.set(slug, entry);
      journal.save();
    },
    find: (slug: string) => entries.get(slug),
  };
}
