import { createFactLog, createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createKeySetPublishing } from '../../adapters/postgres/key-sets.ts';
import { createLeaderLock } from '../../adapters/postgres/leader-lock.ts';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { toBase64Url, utf8 } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import type { Fact } from '../../facts/core/types.ts';
import { keyIdOf, leafHash } from '../../facts/crypto/hash.ts';
import { factId } from '../../facts/crypto/ids.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatKeySet, parseKeySet, rootName } from '../../facts/log/key-set.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { textOfNote } from '../../facts/log/note.ts';
import { parseStateNote } from '../../facts/log/state/note.ts';
import type { StateNote } from '../../facts/log/state/note.ts';
import type { Signer } from '../../ports/signer.ts';
import { KeyRing, signNoteBy } from '../../registry/key-ring.ts';
import { assureFirstKeySet } from '../../registry/key-sets.ts';
import { LogKeeper } from '../../registry/log-keeper.ts';
import { signFacts } from '../../registry/sign-facts.ts';
import { Snapshotter } from '../../registry/snapshotter.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
} from '../adapters/postgres/registry-database.ts';
import { LOG } from './fake-fact-log.ts';

const signerBy = (seed: number): Signer => {
  const key = createSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
export const [root, fact, log, time, nextFact] = [1, 2, 3, 4, 5].map(signerBy) as [
  Signer,
  Signer,
  Signer,
  Signer,
  Signer,
];
const OPERATION = '00000000-0000-0000-0000-0000000000aa';

export type StateRegistry = Awaited<ReturnType<typeof stateRegistry>>;

/** A registry on real Postgres that makes snapshots when it is told to. */
export async function stateRegistry() {
  const registry = await registryDatabase();
  const facts = createFactLog(registry);
  const reader = createFactReader(registry);
  const keySets = createKeySetPublishing(registry);
  const keys = new KeyRing(LOG, () => [fact, log, time, nextFact], facts);
  await assureFirstKeySet(keySets, LOG, () => ({
    root,
    ...{ fact: fact.publicKey, log: log.publicKey, time: time.publicKey },
  }));
  const leadership = await createLeaderLock(registry).acquire(new AbortController().signal);
  const { fence } = leadership;
  await leadership.resign();
  const checkpoints = createMemoryCheckpointStore();
  const keeper = new LogKeeper({ log: LOG, keys, store: facts, checkpoints });
  await keeper.open(fence);

  const sequence = async () => {
    const signerOf = (keySet: number, index: number) => keys.factSigner(keySet, index);
    const sign = (
      placed: Parameters<typeof signFacts>[1],
      place: Parameters<typeof signFacts>[2],
    ) => signFacts({ log: LOG, signerOf }, placed, place);
    while ((await facts.sequence(fence, 500, sign)).length > 0);
    await keeper.keep(fence);
  };

  return {
    ...{ registry, facts, reader, keys, fence, sequence },
    newTenant: async () => (await accepted(registry.api.operations, provisionRequest())).tenant,
    /** Commits and signs what happened to a tenant's projects; `-7` retracts the seventh. */
    change: async (tenant: string, projects: readonly number[]) => {
      await registry.worker.commits.transact([tenant], async (transaction) => {
        let { seq, hash } = await transaction.head(tenant);
        const made = projects.map((project) => {
          seq += 1;
          const payload = encodePayload(
            projectFact({ tenant, seq, prev: toBase64Url(hash) }, project),
          );
          hash = leafHash(payload);
          const id = factId(LOG, OPERATION, `commit-${tenant}`, seq);
          return { id, tenant, seq, leafHash: hash, payload };
        });
        await transaction.appendFacts(made);
      });
    },
    snapshotter: (store: Partial<typeof facts> = {}, limits: { maxFactsAtOnce?: number } = {}) =>
      new Snapshotter({ log: LOG, keys, store: { ...facts, ...store }, ...limits }),
    note: async (): Promise<StateNote | undefined> => {
      const note = await facts.findNote('state');
      return note === undefined ? undefined : parseStateNote(textOfNote(utf8(note)));
    },
    /** Publishes the next key set. */
    publish: (change: (set: KeySet, nextIndex: number) => Partial<KeySet>) =>
      keySets.publish(async ({ newest, nextIndex }) => {
        const set = parseKeySet(textOfNote(utf8(newest ?? '')));
        const next = { ...set, version: set.version + 1, ...change(set, nextIndex) };
        const note = await signNoteBy(formatKeySet(next), { name: rootName(LOG), signer: root });
        return { version: next.version, note };
      }),
    close: () => Promise.all([registry.close(), facts.close(), reader.close(), keySets.close()]),
  };
}

type Place = Pick<Fact, 'tenant' | 'seq' | 'prev'>;

const projectFact = ({ tenant, seq, prev }: Place, project: number): Fact => ({
  ...{ log: LOG, epoch: 1, tenant, seq, prev },
  id: factId(LOG, OPERATION, `commit-${tenant}`, seq),
  kind: 'project',
  subject: `project:cccccccc-0000-4000-8000-${Math.abs(project).toString().padStart(12, '0')}`,
  op: project < 0 ? 'retract' : 'assert',
  at: '2026-11-21T00:00:00.000Z',
  cause: { operation: OPERATION, actor: 'operator' },
  body: project < 0 ? {} : { state: 'active' },
});
