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
import type { LogKeeping } from '../ports/log-store.ts';
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

type Seen = Line & OpenedFact;

/**
 * Before a leader signs in a database that was started or restored since the last one did: facts
 * that are younger than the last checkpoint may exist in JetStream alone (DESIGN 3, "Restored
 * backup"). Throws {@link LogForkError}; what the stream throws means that it cannot be asked yet.
 */
export async function compareWithStream(ports: StreamGuardPorts, fence: number): Promise<void> {
  const { store, stream, keys } = ports;
  const { name, isApproved } = await store.incarnation();
  const { keySet, shards } = await store.heads();
  if (isApproved || keySet === 0) return;
  const set = await keys.setOf(keySet);
  const findKey = (ports.keysOf ?? factKeysOf)(set);
  const lines = await Promise.all(shards.map((_head, shard) => stream.lastLines(shard)));
  for (const [shard, { count }] of shards.entries()) {
    const seen = lastVerified(lines[shard] ?? [], set.log, findKey);
    if (seen !== undefined && !isSuperseded(seen, set)) await compare(ports, shard, count, seen);
  }
  await store.approve(fence, name);
}

/** Who may publish there can add what he likes: only what was signed says anything. */
function lastVerified(
  lines: readonly string[],
  log: string,
  findKey: FindFactKey,
): Seen | undefined {
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

async function compare(
  { facts }: StreamGuardPorts,
  shard: number,
  count: number,
  { position, index, leaf }: Seen,
): Promise<void> {
  const name = `shard ${shardName(shard)}`;
  if (position > count)
    throw forked(`${name} ends at ${count} here and at ${position} in JetStream`);
  const [held] = await facts.readShard(shard, position, 1);
  if (held?.index !== index || !equalBytes(held.leafHash, leaf))
    throw forked(`position ${position} of ${name} is another fact here than in JetStream`);
}
