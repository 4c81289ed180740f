import { preAuthEncoding } from '../../facts/core/pae.ts';
import { FIRST_EPOCH } from '../../facts/core/types.ts';
import type { SignedFact } from '../../ports/fact-log.ts';
import { batchesOf } from '../../registry/fact-lines.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { logDuties } from '../../registry/log-duties.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer } from '../../registry/sequencer.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import type { Host } from './host.ts';
import { FACT_SIGNER, taggedKeysOf, SIGNERS } from './tags.ts';
import { factLogOf, logStoreOf } from './virtual-log.ts';
import type { World } from './world.ts';

/** The real sequencer with all its duties, over virtual ports; the signer of facts makes tags. */
export class RegistryProcess {
  readonly host: Host;
  readonly #stop = new AbortController();

  constructor(host: Host, world: World) {
    this.host = host;
    const { postgres, stream, checkpoints, lock, mutation } = world;
    const store = logStoreOf(host, postgres, mutation);
    const streamOfHost = stream.ofHost(host);
    const publishEarly = (signed: readonly SignedFact[]) =>
      void streamOfHost.publish(batchesOf(signed, FIRST_EPOCH));
    const isEarly = mutation === 'publish-before-commit';
    const facts = factLogOf(host, postgres, isEarly ? publishEarly : undefined);
    const publisher = new Publisher(streamOfHost, facts);
    const approved = async () => ({ name: '', isApproved: true });
    const guarded =
      mutation === 'skip-stream-comparison' ? { ...store, incarnation: approved } : store;
    const duties = logDuties({
      ...{ log: LOG, store: guarded, facts, publisher },
      keysOf: taggedKeysOf,
      keys: new KeyRing(LOG, () => SIGNERS, store),
      checkpoints: checkpoints.storeOf(host),
      stream: streamOfHost,
      clock: { nowMs: () => world.wallMs() },
    });
    const sequencer = new Sequencer({
      ...duties,
      ...(mutation === 'sign-by-closed-key' && {
        signing: { log: LOG, signerOf: () => Promise.resolve(FACT_SIGNER) },
      }),
      ...(mutation === 'skip-incarnation-guard' && { beforeLeading: async () => {} }),
      facts: mutation === 'skip-prev' ? withoutChecks(facts) : facts,
      lock: lock.ofHost(host),
      bell: { listen: (ring) => Promise.resolve(world.listen(host, ring)) },
      publisher,
      report: (message, cause) => world.trace(`${host.name}: ${message}: ${String(cause)}`),
    });
    void sequencer.run(this.#stop.signal);
  }

  /** Without a word to anybody: what is under way stays so for ever. */
  crash(): void {
    this.host.kill();
    this.#stop.abort();
  }
}

/** A signer that signs whatever it is given. */
function withoutChecks(facts: ReturnType<typeof factLogOf>): ReturnType<typeof factLogOf> {
  return {
    ...facts,
    sequence: (fence, limit) =>
      facts.sequence(fence, limit, (placed) =>
        Promise.resolve(
          placed.map((fact) => ({
            ...fact,
            keyId: FACT_SIGNER.keyId,
            signature: FACT_SIGNER.sign(preAuthEncoding(fact.payload)),
          })),
        ),
      ),
  };
}
