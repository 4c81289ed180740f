import { describe, expect, test } from '@jest/globals';
import { toBase64Url } from '../../facts/core/bytes.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import type { UnsignedFact } from '../../ports/registry-store.ts';
import type { Missing } from '../../registry/missing-facts.ts';
import { rewriteOutbox } from '../../registry/rewrite-outbox.ts';
import { chainOf, TENANT } from './fake-fact-log.ts';

const OTHER = '00000000-0000-0000-0000-000000000002';

const imported = (fact: UnsignedFact, index: number): Missing => ({
  ...fact,
  ...{ index, position: index + 1, shard: shardOf(fact.tenant), keyId: 'key' },
  signature: new Uint8Array(64),
  fact: parsePayload(fact.payload),
  isVoid: false,
});

const headsOf = (facts: readonly UnsignedFact[]) =>
  new Map(facts.map(({ tenant, seq, leafHash: hash }) => [tenant, { seq, hash }]));

describe('facts that wait unsigned in a restored database', () => {
  test('stay as they are, byte for byte, when nothing came before them', () => {
    const waiting = chainOf(3);
    const { kept, dropped } = rewriteOutbox(waiting, [], new Map(), 1);
    expect(kept).toEqual(waiting);
    expect(dropped).toEqual([]);
  });

  test('follow the facts that came back, with their id and statement', () => {
    const back = chainOf(2).map(imported);
    // Decided without knowing of the two: its own seq is 1.
    const waiting = chainOf(1, TENANT, 'tenure.example/test').map((fact) => {
      const { id, payload } = chainOf(3)[2]!;
      return { ...fact, id, payload };
    });
    const { kept } = rewriteOutbox(waiting, back, headsOf(back), 1);
    const [fact] = kept;
    expect(fact).toMatchObject({ id: waiting[0]?.id, seq: 3 });
    expect(parsePayload(fact!.payload)).toMatchObject({
      ...{ seq: 3, prev: toBase64Url(back[1]!.leafHash), subject: 'entitlement:product-3' },
    });
    expect(fact?.leafHash).toEqual(leafHash(fact!.payload));
  });

  test('that came back themselves do not wait any more', () => {
    const [first, second] = chainOf(2);
    const back = [imported(first!, 0)];
    const { kept, dropped } = rewriteOutbox([first!, second!], back, headsOf(back), 1);
    expect(kept).toEqual([second]);
    expect(dropped).toEqual([]);
  });

  test('are dropped when a signed fact of the same subject came back: it is public', () => {
    const [signed] = chainOf(1);
    const waiting = { ...signed!, id: '00000000-0000-5000-8000-000000000001' };
    const back = [imported(signed!, 0)];
    const { kept, dropped } = rewriteOutbox([waiting], back, headsOf(back), 1);
    expect(kept).toEqual([]);
    expect(dropped).toMatchObject([{ tenant: TENANT, subject: 'entitlement:product-1' }]);
  });

  test('name the new epoch, each tenant’s chained anew', () => {
    const waiting = [...chainOf(2), ...chainOf(2, OTHER)];
    const { kept } = rewriteOutbox(waiting, [], new Map(), 2);
    const facts = kept.map(({ payload }) => parsePayload(payload));
    expect(facts.map(({ epoch }) => epoch)).toEqual([2, 2, 2, 2]);
    expect(facts.map(({ seq }) => seq)).toEqual([1, 2, 1, 2]);
    expect(facts[1]?.prev).toBe(toBase64Url(kept[0]!.leafHash));
    expect(facts[3]?.prev).toBe(toBase64Url(kept[2]!.leafHash));
  });
});
