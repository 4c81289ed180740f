import type { Heartbeat } from '../facts/log/heartbeat.ts';
import { shardName } from '../facts/crypto/shard.ts';
import { HeartbeatGate } from '../sdk/typescript/heartbeat-gate.ts';
import type { KeyChain } from '../sdk/typescript/key-chain.ts';
import { ShardReader } from '../sdk/typescript/reader.ts';
import type { Accepted } from '../sdk/typescript/reader.ts';
import { createHttpSource } from '../sdk/typescript/registry-source.ts';
import type { RegistrySource } from '../sdk/typescript/registry-source.ts';
import { rereadShard } from '../sdk/typescript/reread.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { readLines, verifyLines } from './fact-lines.ts';
import { logSourceOf } from './log-source.ts';
import { reachRegistry } from './reach-registry.ts';
import { assureKeyChain, trustOf } from './trust.ts';

/** A heartbeat comes every 2 s; an older one hides what came after it. */
const OLD_MS = 30_000;

export interface HistoryOptions {
  readonly root?: string;
  readonly keys?: string;
  /** A file of lines, or `-`, in place of the registry. */
  readonly from?: string;
}

/** The key sets, by `--root` and `--keys`. */
export function keyChainOf(options: HistoryOptions, context: Context): Promise<KeyChain> {
  const trust = trustOf(options.root, context);
  const source = logSourceOf(options.keys, context, context.config().access.readerToken);
  return assureKeyChain(source, trust);
}

/** The verified facts of whole shards, in the order of the log. */
export async function readHistory(
  options: HistoryOptions,
  shards: readonly number[],
  context: Context,
): Promise<Accepted[]> {
  const facts: Accepted[] = [];
  if (options.from === undefined) facts.push(...(await readServed(options, shards, context)));
  else {
    const lines = readLines(options.from, context.io);
    for await (const fact of verifyLines(lines, await keyChainOf(options, context)))
      facts.push(fact);
  }
  return facts.toSorted((a, b) => a.index - b.index);
}

async function readServed(
  options: HistoryOptions,
  shards: readonly number[],
  context: Context,
): Promise<Accepted[]> {
  const url = context.url();
  const source = createHttpSource(url, context.config().access.readerToken.reveal());
  return reachRegistry(url, async () => {
    // Asked for before the lines, so that none of those it counts may be missing.
    const note = await source.heartbeat(new AbortController().signal);
    const keys = await keyChainOf(options, context);
    const heartbeat = note === undefined ? undefined : new HeartbeatGate(keys).take(note);
    warn(heartbeat, context);
    const read = shards.map((shard) => readShard(shard, source, keys, heartbeat));
    return (await Promise.all(read)).flat();
  });
}

function warn(heartbeat: Heartbeat | undefined, { io }: Context): void {
  if (heartbeat === undefined)
    io.err('No heartbeat tells where the log ends: the newest facts may be missing.\n');
  else if (Date.now() - Date.parse(heartbeat.at) > OLD_MS)
    io.err(`The newest heartbeat is of ${heartbeat.at}: later facts may be missing.\n`);
}

async function readShard(
  shard: number,
  source: RegistrySource,
  keys: KeyChain,
  heartbeat: Heartbeat | undefined,
): Promise<Accepted[]> {
  const nothing = new ShardReader(shard, { log: keys.log, findKey: (keyId) => keys.find(keyId) });
  const { signal } = new AbortController();
  const { fresh, accepted, refused } = await rereadShard(nothing, source, 'http', signal);
  const name = `shard ${shardName(shard)}`;
  const [bad] = refused;
  if (bad !== undefined) {
    const where = `${name}, position ${fresh.head().position + 1}`;
    throw new CliError(EXIT.refused, `${where}: ${bad.message}`);
  }
  const head = heartbeat?.heads[shard];
  const [fork] = head === undefined ? [] : fresh.heartbeat(head).refused;
  if (fork !== undefined) throw new CliError(EXIT.refused, `${name}: ${fork.message}`);
  if (head !== undefined && fresh.isBehind) {
    const counts = `${head.count} facts by the heartbeat, ${fresh.head().position} served`;
    throw new CliError(EXIT.refused, `${name}: facts are withheld: ${counts}.`);
  }
  return accepted;
}
