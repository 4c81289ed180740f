import { toBase64Url } from '../facts/core/bytes.ts';
import { encodePayload, parsePayload } from '../facts/core/payload.ts';
import type { Fact } from '../facts/core/types.ts';
import { EMPTY_HASH, leafHash } from '../facts/crypto/hash.ts';
import type { SignedHeads } from '../ports/fact-log.ts';
import type { UnsignedFact } from '../ports/registry-store.ts';
import type { Missing } from './missing-facts.ts';

export interface Rewritten {
  /** In their order, chained to the signed heads. */
  readonly kept: readonly UnsignedFact[];
  /** Whose statement a signed fact has overtaken. */
  readonly dropped: readonly Fact[];
}

/**
 * Facts that were committed in a restored database and not signed yet, as they stand behind the
 * facts that came back: with another `seq`, `prev` and perhaps `epoch`. One that came back itself
 * is in the log already. One about a subject that came back too was decided without knowing that:
 * the signed statement is public and stays, the unsigned one is dropped.
 */
export function rewriteOutbox(
  waiting: readonly UnsignedFact[],
  imported: readonly Missing[],
  signedHeads: SignedHeads,
  epoch: number,
): Rewritten {
  const ids = new Set(imported.map(({ id }) => id));
  const overtaken = new Set(imported.map(({ fact }) => aboutOf(fact)));
  const heads = new Map(signedHeads);
  const kept: UnsignedFact[] = [];
  const dropped: Fact[] = [];
  for (const { id, tenant, payload } of waiting) {
    if (ids.has(id)) continue;
    const fact = parsePayload(payload);
    if (overtaken.has(aboutOf(fact))) {
      dropped.push(fact);
      continue;
    }
    const head = heads.get(tenant) ?? { seq: 0, hash: EMPTY_HASH };
    const seq = head.seq + 1;
    const again = encodePayload({ ...fact, epoch, seq, prev: toBase64Url(head.hash) });
    const hash = leafHash(again);
    heads.set(tenant, { seq, hash });
    kept.push({ id, tenant, seq, leafHash: hash, payload: again });
  }
  return { kept, dropped };
}

function aboutOf({ tenant, kind, subject }: Fact): string {
  return `${tenant} ${kind} ${subject}`;
}
