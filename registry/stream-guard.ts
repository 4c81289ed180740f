import { equalBytes, utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { parseLine } from '../facts/core/line.ts';
import type { Line } from '../facts/core/line.ts';
import { openEnvelope } from '../facts/crypto/open.ts';
import type { FindVerifier, OpenedFact } from '../facts/crypto/open.ts';
import { shardName } from '../facts/crypto/shard.ts';
import { factKeysOf } from '../facts/log/fact-keys.ts';
import type { FindFactKey } from '../facts/log/fact-keys.ts';
import { parseHeartbeat } from '../facts/log/heartbeat.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import type { FactReading } from '../ports/fact-log.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogHeads, LogKeeping } from '../ports/log-store.ts';
import type { KeyRing } from './key-ring.ts';
import { forked } from './log-fork.ts';

/** Between the clock of NATS and the sequencer's. */
const CLOCKS_MS = 60_000;

export interface StreamGuardPorts {
  readonly log: string;
  readonly keys: KeyRing;
  readonly store: Pick<LogKeeping, 'heads' | 'incarnation' | 'approve' | 'findNote'>;
  readonly facts: Pick<FactReading, 'leafOf'>;
  readonly stream: Pick<FactStream, 'lastLines' | 'linesSince'>;
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
  for (const seen of await lastSeen(ports, heads, set)) await assureHeld(ports, seen);
  // The last message may be an old one that somebody sent again, to hide what is missing.
  const heartbeat = await store.findNote('heartbeat');
  const findKey = (ports.keysOf ?? factKeysOf)(set);
  for await (const { shard, lines } of ports.stream.linesSince(sinceMs(heartbeat))) {
    const { count } = heads.shards[shard] as LogHeads['shards'][number];
    for (const text of lines.filter((line) => Number.parseInt(line, 10) > count)) {
      const last = lastVerified([text], set, findKey);
      if (last !== undefined) await assureHeld(ports, { ...last, shard, count });
    }
  }
  await store.approve(fence, name);
}

/** What the database lacks was published after the last heartbeat that it has. */
function sinceMs(heartbeat: string | undefined): number {
  if (heartbeat === undefined) return 0;
  return Math.max(0, Date.parse(parseHeartbeat(textOfNote(utf8(heartbeat))).at) - CLOCKS_MS);
}

async function assureHeld(ports: Pick<StreamGuardPorts, 'facts'>, seen: Seen): Promise<void> {
  if (await isHeld(ports, seen)) return;
  const { shard, count, position } = seen;
  if (position <= count) throw forked(otherFact(seen));
  throw forked(`shard ${shardName(shard)} ends at ${count} here and at ${position} in JetStream`);
}

export function otherFact({ shard, position }: Seen): string {
  return `position ${position} of shard ${shardName(shard)} is another fact here than in JetStream`;
}

/** What the stream says of each shard; nothing of those where it is empty. */
export async function lastSeen(
  {
    stream,
    keysOf = factKeysOf,
  }: {
    readonly stream: Pick<FactStream, 'lastLines'>;
    readonly keysOf?: typeof factKeysOf | undefined;
  },
  { shards }: LogHeads,
  set: KeySet,
): Promise<Seen[]> {
  const findKey = keysOf(set);
  const lines = await Promise.all(shards.map((_head, shard) => stream.lastLines(shard)));
  return shards.flatMap(({ count }, shard) => {
    const last = lastVerified(lines[shard] ?? [], set, findKey);
    return last === undefined ? [] : [{ ...last, shard, count }];
  });
}

/** Who may publish there can add what he likes: only what was signed says anything. */
function lastVerified(
  lines: readonly string[],
  set: KeySet,
  findKey: FindFactKey,
): (Line & OpenedFact) | undefined {
  const verifierOf: FindVerifier = (keyId) => findKey(keyId)?.verify;
  for (const text of lines.toReversed()) {
    try {
      const line = parseLine(text);
      const opened = openEnvelope(line.envelope, verifierOf);
      if (opened.fact.log !== set.log) continue;
      return isSuperseded({ ...line, ...opened }, set) ? undefined : { ...line, ...opened };
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

/** The database has that fact; positions and indexes are not signed, anybody may write others. */
export async function isHeld(
  { facts }: Pick<StreamGuardPorts, 'facts'>,
  { fact: { tenant, seq }, leaf }: Pick<OpenedFact, 'fact' | 'leaf'>,
): Promise<boolean> {
  const held = await facts.leafOf(tenant, seq);
  return held !== undefined && equalBytes(held, leaf);
}
