import type { Exports } from '../../ports/exports.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';

/** Documents in memory: they live and die with the process. */
export function createMemoryExports(options: { faults?: Faults } = {}): Exports {
  const documents = new Map<string, string>();
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'exports', method, effect);
  return {
    put: (tenant, document, signal) =>
      send('put', signal, () => void documents.set(tenant, document)),
    find: (tenant, signal) => send('find', signal, () => documents.get(tenant)),
    remove: (tenant, signal) => send('remove', signal, () => void documents.delete(tenant)),
    probe: (signal) => send('probe', signal, () => undefined),
  };
}
