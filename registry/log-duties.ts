import { newestEpoch } from '../facts/log/key-set.ts';
import { Heart } from './heart.ts';
import type { HeartPorts } from './heart.ts';
import { LogKeeper } from './log-keeper.ts';
import type { LogKeeperPorts } from './log-keeper.ts';
import type { Publisher } from './publisher.ts';
import type { Duty, SequencerPorts } from './sequencer.ts';
import { compareWithStream } from './stream-guard.ts';
import type { StreamGuardPorts } from './stream-guard.ts';
import type { Snapshotter } from './snapshotter.ts';

/** At most ten signed checkpoints a second (DESIGN 3); each costs two writes to disks. */
const CHECKPOINT_MS = 1_000;
/** DESIGN 3, "Heartbeat". */
const HEARTBEAT_MS = 2_000;

export type LogDutyPorts = LogKeeperPorts &
  HeartPorts &
  StreamGuardPorts & { readonly publisher: Publisher };

/** What a leader does for the log as a whole: its checkpoints, its heartbeats, its stream. */
export function logDuties(
  ports: LogDutyPorts,
): Pick<SequencerPorts, 'beforeLeading' | 'duties' | 'signing'> {
  const { log, keys, store, publisher } = ports;
  const keeper = new LogKeeper(ports);
  const heart = new Heart(ports);
  return {
    signing: { log, signerOf: (keySet, index) => keys.factSigner(keySet, index) },
    beforeLeading: async (fence) => {
      keys.forget();
      await keeper.open(fence);
      await compareWithStream(ports, fence);
      const { keySet } = await store.heads();
      if (keySet > 0) publisher.begin(newestEpoch(await keys.setOf(keySet)));
    },
    duties: [
      {
        name: 'signing a checkpoint',
        everyMs: () => CHECKPOINT_MS,
        run: (fence) => keeper.keep(fence),
      },
      {
        name: 'sending a heartbeat',
        everyMs: () => HEARTBEAT_MS,
        run: (fence) => heart.beat(fence),
      },
      reconciling(publisher),
    ],
  };
}

/** Brings the stream up to the log wherever it is behind. */
export function reconciling(publisher: Publisher): Duty {
  return {
    name: 'comparing the stream with the log',
    everyMs: () => publisher.reconcileEveryMs,
    run: () => publisher.reconcile(),
  };
}

/** Makes the state tree of what was signed (DESIGN 3, "State tree"). */
export function snapshotting(snapshotter: Snapshotter): Duty {
  return {
    name: 'making a snapshot',
    everyMs: () => snapshotter.everyMs,
    run: (fence, over) => snapshotter.run(fence, over),
  };
}
