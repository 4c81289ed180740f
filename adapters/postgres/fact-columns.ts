import type { SignedFact } from '../../ports/fact-log.ts';

/** Columns of `facts`, in the order of {@link columnsOf}. */
export const FACT_COLUMNS =
  'id, "index", shard, "position", tenant, seq, payload, leaf_hash, key_id, signature';

/** A parameter for each column, for `unnest`: one statement for any number of facts. */
export function columnsOf(facts: readonly SignedFact[]) {
  return [
    facts.map(({ id }) => id),
    facts.map(({ index }) => index),
    facts.map(({ shard }) => shard),
    facts.map(({ position }) => position),
    facts.map(({ tenant }) => tenant),
    facts.map(({ seq }) => seq),
    facts.map(({ payload }) => Buffer.from(payload)),
    facts.map(({ leafHash }) => Buffer.from(leafHash)),
    facts.map(({ keyId }) => keyId),
    facts.map(({ signature }) => Buffer.from(signature)),
  ];
}
