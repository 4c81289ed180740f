import { toHex } from '../../../facts/core/bytes.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import type { Fact } from '../../../facts/core/types.ts';
import { EMPTY_HASH, leafHash, runningHash } from '../../../facts/crypto/hash.ts';
import type { SinkFact } from '../../../ports/fact-sink.ts';
import { FactWriter, memberDraft } from '../../sdk/support/fact-writer.ts';
import { SHARD, memberId, tenantsOfShard } from '../../sdk/support/tenants.ts';

/** Facts of one tenant, from position 1 on; another `sub` makes another history. */
export function chainOf(count: number, { shard = SHARD, sub = 'jane' } = {}): SinkFact[] {
  const writer = new FactWriter();
  const [tenant = ''] = tenantsOfShard(shard, 1);
  let hash = EMPTY_HASH;
  return Array.from({ length: count }, (_, at) => {
    const line = parseLine(writer.write(tenant, memberDraft(memberId(at), sub, ['viewer'])));
    hash = runningHash(hash, leafHash(parseEnvelope(line.envelope).payload));
    const fact = writer.facts.at(-1) as Fact;
    return { shard, ...line, hash: toHex(hash), isVoid: false, fact };
  });
}
