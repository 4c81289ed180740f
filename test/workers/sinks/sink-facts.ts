import { KEYS, LOG, FactWriter, memberDraft, openKeys } from '../../sdk/support/fact-writer.ts';
import { SHARD, memberId, tenantsOfShard } from '../../sdk/support/tenants.ts';
import type { SinkFact } from '../../../ports/fact-sink.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import { sinkFactsOf } from '../../../workers/sinks/sink-fact.ts';

/** Signed lines of one tenant, from position 1 on; another `sub` makes another history. */
export function linesOf(count: number, { shard = SHARD, sub = 'jane' } = {}): string[] {
  const writer = new FactWriter();
  const [tenant = ''] = tenantsOfShard(shard, 1);
  return Array.from({ length: count }, (_, at) =>
    writer.write(tenant, memberDraft(memberId(at), sub, ['viewer'])),
  );
}

/** The facts of a shard's lines, verified. */
export function factsOf(shard: number, lines: readonly string[]): SinkFact[] {
  const reader = new ShardReader(shard, { log: LOG, findKey: openKeys(KEYS) });
  return sinkFactsOf(reader.live(lines).accepted);
}

export const chainOf = (count: number, of: { shard?: number; sub?: string } = {}): SinkFact[] =>
  factsOf(of.shard ?? SHARD, linesOf(count, of));
