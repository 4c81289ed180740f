import { encodePayload } from '../../../facts/core/payload.ts';
import { leafHash } from '../../../facts/crypto/hash.ts';
import type { Head } from '../../../facts/log/heads.ts';
import { factKey } from '../../../facts/log/state/keys.ts';
import type { StateNote } from '../../../facts/log/state/note.ts';
import { memberDraft } from './fact-writer.ts';
import type { FactWriter } from './fact-writer.ts';
import { headOfLines, headsOf } from './log-writer.ts';
import { stateOf } from './state-writer.ts';
import type { ServedState } from './state-writer.ts';
import { ACME, memberId, PLATFORM_SHARD, SHARD } from './tenants.ts';

/* Who stole the log key, and answers in the registry's place, states what he likes. */

export const THIEF = 'thief';

/** The true state, and the thief as owner of a tenant. */
export const forgedState = (
  writer: FactWriter,
  overrides: Partial<StateNote> = {},
): ServedState => {
  const facts = writer.facts.filter(({ tenant }) => tenant === ACME);
  const [stated] = facts;
  if (stated === undefined) throw new Error('no fact of the tenant');
  const seq = facts.length;
  const { kind, subject, op, body } = memberDraft(memberId(99), THIEF, ['owner']);
  const payload = encodePayload({ ...stated, seq, kind, subject, op, body });
  const forged = [{ key: factKey(kind, subject), payload }];
  const change = { tenant: ACME, seq, head: leafHash(encodePayload(stated)), facts: forged };
  return stateOf(writer, overrides, [change]);
};

/** Those of the log, but for the tenant's shard. */
export const headsWith = (writer: FactWriter, head: Head): Head[] => {
  const platform = headOfLines(writer.shards.get(PLATFORM_SHARD) ?? []);
  return headsOf({ [PLATFORM_SHARD]: platform, [SHARD]: head });
};

/** More lines than there are, of no history. */
export const farAhead = (writer: FactWriter): Partial<StateNote> => ({
  size: 2 ** 50,
  heads: headsWith(writer, { count: 2 ** 49, hash: new Uint8Array(32).fill(7) }),
});
