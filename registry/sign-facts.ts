import { checkBody } from '../facts/core/bodies.ts';
import { equalBytes, toBase64Url } from '../facts/core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../facts/core/chain.ts';
import type { ChainHead } from '../facts/core/chain.ts';
import { FactError } from '../facts/core/errors.ts';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { parsePayload } from '../facts/core/payload.ts';
import { leafHash } from '../facts/crypto/hash.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import type { LogPlace, PlacedFact, SignedFact } from '../ports/fact-log.ts';
import type { Signer } from '../ports/signer.ts';

export interface SigningContext {
  /** Origin of the log; a fact of another one is never signed. */
  readonly log: string;
  /** The signer of the fact at a log index, by a version of the key set. */
  signerOf(keySet: number, index: number): Promise<Signer>;
}

/**
 * Checks schema, chain and place of each fact again, then signs it: the last guard before a fact
 * becomes public (DESIGN 3, "Who signs"). Throws `FactError`; nothing of the batch is signed then.
 */
export async function signFacts(
  context: SigningContext,
  facts: readonly PlacedFact[],
  { keySet, epoch, heads: signedHeads }: LogPlace,
): Promise<SignedFact[]> {
  const heads = new Map<string, ChainHead>();
  for (const [tenant, { seq, hash }] of signedHeads)
    heads.set(tenant, { seq, hash: toBase64Url(hash) });
  const signed: SignedFact[] = [];
  for (const fact of facts) {
    const place = { log: context.log, epoch, head: heads.get(fact.tenant) ?? EMPTY_HEAD };
    heads.set(fact.tenant, checkFact(fact, place));
    const signer = await context.signerOf(keySet, fact.index);
    const signature = await signer.sign(preAuthEncoding(fact.payload));
    signed.push({ ...fact, keyId: signer.keyId, signature });
  }
  return signed;
}

type Place = { readonly log: string; readonly epoch: number; readonly head: ChainHead };

/** Returns the tenant's new head. */
function checkFact(placed: PlacedFact, { log, epoch, head }: Place): ChainHead {
  const fact = parsePayload(placed.payload);
  checkBody(fact.kind, fact.body, fact.op);
  if (fact.log !== log) throw new FactError('log-mismatch', `${fact.log} instead of ${log}`);
  if (fact.epoch !== epoch) throw new FactError('epoch-mismatch', `${fact.epoch}, not ${epoch}`);
  if (fact.tenant !== placed.tenant || fact.seq !== placed.seq || fact.id !== placed.id)
    throw new FactError('tenant-mismatch', `outbox row ${placed.id} names another fact`);
  if (shardOf(fact.tenant) !== placed.shard)
    throw new FactError('shard-mismatch', `tenant ${fact.tenant} in shard ${placed.shard}`);
  checkNext(fact, head);
  const hash = leafHash(placed.payload);
  if (!equalBytes(hash, placed.leafHash))
    throw new FactError('prev-mismatch', `outbox row ${placed.id} carries another leaf hash`);
  return { seq: fact.seq, hash: toBase64Url(hash) };
}
