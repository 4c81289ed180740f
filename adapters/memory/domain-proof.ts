import type { DomainProof } from '../../ports/domain-proof.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { openJournal } from './journal.ts';

/** `plant`: what an owner publishes; no texts: nothing. */
export interface MemoryDomainProof extends DomainProof {
  plant(name: string, texts: readonly string[]): void;
}

/**
 * The world's DNS in memory, or in `file`, which is read at each look: people write their records
 * there, as a JSON object of names and arrays of texts.
 */
export function createMemoryDomainProof(
  options: { file?: string; faults?: Faults } = {},
): MemoryDomainProof {
  const { file, faults } = options;
  const kept = openJournal<readonly string[]>();
  const zones = () => (file === undefined ? kept : openJournal<readonly string[]>(file));
  return {
    look: (name, signal) =>
      overNetwork(faults, signal, 'domain-proof', 'look', () => zones().entries.get(name) ?? []),
    probe: (signal) => overNetwork(faults, signal, 'domain-proof', 'probe', () => undefined),
    plant: (name, texts) => {
      const { entries, save } = zones();
      entries.set(name, texts);
      save();
    },
  };
}
