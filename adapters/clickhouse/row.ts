import { toBase64, toHex } from '../../facts/core/bytes.ts';
import { parseEnvelope } from '../../facts/core/envelope.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import type { SinkFact } from '../../ports/fact-sink.ts';

/** A row of `fact_rows` in the format JSONEachRow. */
export const rowOf = (one: SinkFact, generation: number) => {
  const { shard, position, index, hash, isVoid, fact, envelope } = one;
  const { payload, keyId, signature } = parseEnvelope(envelope);
  const { epoch, tenant, seq, id, kind, subject, op, at, cause, body } = fact;
  return {
    ...{ shard, position, index, epoch, tenant, seq, id, kind, subject, op },
    // DateTime64 reads this form whatever the server's settings.
    at: at.replace('T', ' ').replace('Z', ''),
    operation: cause.operation,
    actor: cause.actor,
    body: JSON.stringify(body),
    void: isVoid,
    // Verified facts are UTF-8, so the text is the bytes.
    payload: new TextDecoder().decode(payload),
    leaf_hash: toHex(leafHash(payload)),
    key_id: keyId,
    signature: toBase64(signature),
    hash,
    generation,
    gone: 0,
  };
};

/** In place of a row that was taken back and has no successor. */
export const goneRow = (shard: number, position: number, generation: number) => {
  return { shard, position, generation, gone: 1 };
};
