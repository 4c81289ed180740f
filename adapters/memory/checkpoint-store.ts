import type { CheckpointStore, KeptCheckpoint } from '../../ports/checkpoint-store.ts';

/** For tests: lives and dies with the process. */
export function createMemoryCheckpointStore(): CheckpointStore {
  let kept: KeptCheckpoint = { version: 0, note: undefined };
  return {
    newest: () => Promise.resolve(kept),
    keep: (version, note) => {
      const follows = kept.version === version;
      if (follows) kept = { version: version + 1, note };
      return Promise.resolve(follows);
    },
  };
}
