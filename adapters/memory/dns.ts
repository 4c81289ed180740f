import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import { isMine } from '../../ports/owner-mark.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { openJournal } from './journal.ts';

interface Entry {
  /** The address record is there; without it the entry is a mark alone. */
  readonly record: boolean;
  readonly owner?: OwnerMark;
}

/** `plant` and `find` go past the port: what others or a crash left behind. Names are hosts. */
export interface MemoryDns extends Dns {
  plant(host: string, entry: Entry): void;
  find(host: string): Entry | undefined;
}

/** One zone in memory, kept in `file` when given. Resolves nothing: hosts are names only. */
export function createMemoryDns(options: { file?: string; faults?: Faults } = {}): MemoryDns {
  const journal = openJournal<Entry>(options.file);
  const { entries } = journal;
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'dns', method, effect);
  return {
    ensure: (host: string, call: Call) =>
      send('ensure', call.signal, () => {
        const there = entries.get(host);
        if (there && !isMine(call.owner, there.owner)) {
          throw new PortError('dns', 'foreign', 'the host has a record without our mark');
        }
        if (there?.record) return;
        entries.set(host, { record: true, owner: there?.owner ?? call.owner });
        journal.save();
      }),
    remove: (host: string, call: Call) =>
      send('remove', call.signal, () => {
        if (!isMine(call.owner, entries.get(host)?.owner)) return;
        entries.delete(host);
        journal.save();
      }),
    observe: (host: string, call: Call) =>
      send('observe', call.signal, () => {
        const there = entries.get(host);
        if (there === undefined) return ABSENT;
        if (!isMine(call.owner, there.owner)) return FOREIGN;
        const record = { name: 'record', wanted: 'there', found: there.record ? 'there' : null };
        return { presence: 'mine' as const, attributes: [record] };
      }),
    probe: (signal: AbortSignal) => send('probe', signal, () => undefined),
    inventory: (signal: AbortSignal) =>
      send('inventory', signal, () =>
        Array.from(entries, ([name, { owner }]) => ({ name, owner })),
      ),
    plant(host: string, entry: Entry): void {
      entries.set(host, entry);
      journal.save();
    },
    find: (host: string) => entries.get(host),
  };
}
