import { equalBytes } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { parseLine } from '../facts/core/line.ts';
import type { Line } from '../facts/core/line.ts';
import { openEnvelope } from '../facts/crypto/open.ts';
import type { FindVerifier, OpenedFact } from '../facts/crypto/open.ts';
import { shardName } from '../facts/crypto/shard.ts';
import { factKeysOf } from '../facts/log/fact-keys.ts';
import type { FindFactKey } from '../facts/log/fact-keys.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import type { FactReading } from '../ports/fact-log.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogHeads, LogKeeping } from '../ports/log-store.ts';
import type { KeyRing } from './key-ring.ts';
import { forked } from './log-fork.ts';

export interface StreamGuardPorts {
  readonly log: string;
  readonly keys: KeyRing;
  readonly store: Pick<LogKeeping, 'heads' | 'incarnation' | 'approve'>;
  readonly facts: Pick<FactReading, 'readShard'>;
  readonly stream: Pick<FactStream, 'lastLines'>;
  /** Only a simulation that fakes signatures brings another way. */
  readonly keysOf?: typeof factKeysOf;
}

/** The last line of a shard that somebody's key signed, beside the shard's count here. */
export type Seen = Line & OpenedFact & { readonly shard: number; readonly count: number };

/**
 * Before a leader signs in a database that was started or restored since the last one did: facts
 * that are younger than the last checkpoint may exist in JetStream alone (DESIGN 3, "Restored
 * backup"). Throws {@link LogForkError}; what the stream throws means that it cannot be asked yet.
 */
export async function compareWithStream(ports: StreamGuardPorts, fence: number): Promise<void> {
  const { store, keys } = ports;
  const { name, isApproved } = await store.incarnation();
  const heads = await store.heads();
  if (isApproved || heads.keySet === 0) return;
  const set = await keys.setOf(heads.keySet);
  for (const seen of await lastSeen(ports, heads, set)) {
    const { shard, count, position } = seen;
    if (position > count)
      throw forked(
        `shard ${shardName(shard)} ends at ${count} here and at ${position} in JetStream`,
      );
    if (!(await isHeld(ports, seen))) throw forked(otherFact(seen));
  }
  await store.approve(fence, name);
}

export function otherFact({ shard, position }: Seen): string {
  return `position ${position} of shard ${shardName(shard)} is another fact here than in JetStream`;
}

/** What the stream says of each shard; nothing of those where it is empty. */
export async function lastSeen(
  { stream, keysOf = factKeysOf }: Pick<StreamGuardPorts, 'stream' | 'keysOf'>,
  { shards }: LogHeads,
  set: KeySet,
): Promise<Seen[]> {
  const findKey = keysOf(set);
  const lines = await Promise.all(shards.map((_head, shard) => stream.lastLines(shard)));
  return shards.flatMap(({ count }, shard) => {
    const last = lastVerified(lines[shard] ?? [], set.log, findKey);
    return last === undefined || isSuperseded(last, set) ? [] : [{ ...last, shard, count }];
  });
}

/** Who may publish there can add what he likes: only what was signed says anything. */
function lastVerified(
  lines: readonly string[],
  log: string,
  findKey: FindFactKey,
): (Line & OpenedFact) | undefined {
  const verifierOf: FindVerifier = (keyId) => findKey(keyId)?.verify;
  for (const text of lines.toReversed()) {
    try {
      const line = parseLine(text);
      const opened = openEnvelope(line.envelope, verifierOf);
      if (opened.fact.log === log) return { ...line, ...opened };
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
    }
  }
  return undefined;
}

/** Of what a restored backup had lost for good, and a later epoch wrote anew. */
export function isSuperseded(
  { index, fact }: { readonly index: number; readonly fact: { readonly epoch: number } },
  { epochs }: Pick<KeySet, 'epochs'>,
): boolean {
  return epochs.some(({ epoch, first }) => epoch > fact.epoch && index >= first);
}

/** The database has that fact at that place. */
export async function isHeld(
  { facts }: Pick<StreamGuardPorts, 'facts'>,
  { shard, position, index, leaf }: Seen,
): Promise<boolean> {
  const [held] = await facts.readShard(shard, position, 1);
  return held?.index === index && equalBytes(held.leafHash, leaf);
}
