import { keyIdOf } from '../../facts/crypto/hash.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type { Recovered, RecoveryStore } from '../../ports/recovery.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { recover } from '../../registry/recover.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { Host } from './host.ts';
import { taggedKeysOf, ROOT_SIGNER } from './tags.ts';
import { factLogOf, logStoreOf } from './virtual-log.ts';
import type { World } from './world.ts';

const RETRY_MS = 500;

/** `tenure recover --new-epoch`, as often as it takes: the real one, over virtual ports. */
export async function recoverWorld(world: World): Promise<void> {
  const { scheduler, dice, weather } = world;
  const host = new Host('operator', { scheduler, dice, weather });
  for (;;) {
    try {
      return await recoverOnce(world, host);
    } catch (cause) {
      world.trace(`recovery failed: ${String(cause)}`);
      await scheduler.sleep(RETRY_MS);
    }
  }
}

async function recoverOnce(world: World, host: Host): Promise<void> {
  const { postgres, stream, lock, checkpoints } = world;
  const store = logStoreOf(host, postgres, undefined);
  const read = async function* () {
    yield* await host.call(() => {
      if (!stream.isUp) throw new Error('NATS is down');
      return stream.readAll();
    });
  };
  const leadership = await lock.ofHost(host).acquire(new AbortController().signal);
  try {
    const ports = {
      ...{ store, recovery: recoveryOf(world, host), checkpoints: checkpoints.storeOf(host) },
      ...{ facts: factLogOf(host, postgres), stream: stream.ofHost(host) },
      keys: new KeyRing(LOG, () => [], store),
      keysOf: taggedKeysOf,
      sources: [{ name: 'the stream', read, keySet: () => Promise.resolve(undefined) }],
      tenantDomain: 'tenure.test',
    };
    const { imported, epoch } = await recover(ports, leadership.fence, {
      root: { ...ROOT_SIGNER, keyId: keyIdOf(ROOT_SIGNER.publicKey) },
      tell: () => undefined,
    });
    world.trace(`recovered: ${imported} facts came back, epoch ${epoch}`);
  } finally {
    await leadership.resign();
  }
}

function recoveryOf({ postgres, mutation }: World, host: Host): RecoveryStore {
  return {
    signedHeads: () => host.call(() => postgres.signedHeads()),
    recover: (fence, recovered) =>
      host.call(() => {
        if (!postgres.isLedBy(fence) || recovered.base !== postgres.rows.facts.length)
          throw new LostLeadershipError(`fence ${fence} is over`);
        const asTheyAre: Recovered['rewrite'] = (waiting) => waiting;
        const rewrite = mutation === 'skip-outbox-rewrite' ? asTheyAre : recovered.rewrite;
        postgres.recover({ ...recovered, rewrite });
      }),
    openOperations: () => Promise.resolve([]),
  };
}
