import { createSigningActivities, type SigningPorts } from '../../activities/signing.ts';
import type { Report } from '../../activities/attempt.ts';
import { createOutboxBell } from '../../adapters/postgres/bell.ts';
import { createFactLog } from '../../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../../adapters/postgres/leader-lock.ts';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatCheckpoint } from '../../facts/log/checkpoint.ts';
import { signNote } from '../../facts/log/note.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import type { FactStream } from '../../ports/fact-stream.ts';
import type { LogKeeping } from '../../ports/log-store.ts';
import { growTree } from '../../registry/log-tree.ts';
import { reconciling } from '../../registry/log-duties.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer, type Duty } from '../../registry/sequencer.ts';
import { keepWorker } from '../../workers/saga-worker.ts';
import { FACTS_QUEUE } from '../../workflows/shared/contract.ts';
import { FakeStream } from '../registry/fake-fact-log.ts';

const key = createSigner(new Uint8Array(32).fill(1));
const signer = { ...key, keyId: keyIdOf(key.publicKey) };
const CHECKPOINT_MS = 100;
export const FACT_KEY = key.publicKey;

export interface SequencerOptions {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly log: string;
  readonly report: Report;
  readonly stream?: FactStream;
  /** Puts faults between the `sign` step and the sequencer. */
  readonly decorate?: (waitFor: WaitFor) => WaitFor;
}

type WaitFor = SigningPorts['waitFor'];

/** Often, so that nobody waits for a checkpoint; a tree and a note by the one key there is. */
function checkpointing(facts: LogKeeping, origin: string): Duty {
  const tree = new TreeBuilder();
  return {
    name: 'signing a checkpoint',
    everyMs: () => CHECKPOINT_MS,
    run: async (fence) => {
      const { nextIndex } = await facts.heads();
      if (nextIndex === tree.size) return;
      await growTree(facts, tree, nextIndex);
      const text = formatCheckpoint({ origin, size: tree.size, root: tree.root(), extensions: [] });
      await facts.saveNote(fence, 'checkpoint', signNote(text, [{ name: origin, signer: key }]));
    },
  };
}

/** The sequencer's process, inside this one: signs, and answers the queue `facts`. */
export function startSequencer(options: SequencerOptions) {
  const { databaseUrl, address, namespace, log, report } = options;
  const stream = options.stream ?? new FakeStream();
  const facts = createFactLog({ databaseUrl });
  const publisher = new Publisher(stream, facts);
  const sequencer = new Sequencer({
    lock: createLeaderLock({ databaseUrl }),
    bell: createOutboxBell({ databaseUrl }),
    facts,
    publisher,
    signing: { log, signerOf: () => Promise.resolve(signer) },
    beforeLeading: () => Promise.resolve(),
    duties: [reconciling(publisher), checkpointing(facts, log)],
    report,
  });
  const waitFor: WaitFor = (ids, signal) => sequencer.waitFor(ids, signal);
  const closing = new AbortController();
  const running = sequencer.run(closing.signal);
  const worker = keepWorker(
    { namespace, connection: { address } },
    {
      taskQueue: FACTS_QUEUE,
      activities: createSigningActivities({
        waitFor: options.decorate?.(waitFor) ?? waitFor,
        probeStore: () => facts.shardPositions(),
        report,
      }),
    },
    report,
  );
  return {
    stream,
    close: async () => {
      await worker.close();
      closing.abort();
      await running;
      await Promise.all([facts.close(), stream.close()]);
    },
  };
}
