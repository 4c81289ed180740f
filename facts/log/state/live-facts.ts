import { checkBody } from '../../core/bodies.ts';
import { FactError } from '../../core/errors.ts';
import { parsePayload } from '../../core/payload.ts';
import type { Fact } from '../../core/types.ts';
import { unpackPayloads } from './block.ts';
import { nodeMalformed } from './cursor.ts';
import { compareKeys, factKey, hasPrefix } from './keys.ts';
import type { StateNote } from './note.ts';
import type { TenantState } from './walk.ts';

/** A live fact, and the bytes that were signed: `leafHash(payload)` is its leaf. */
export type LiveFact = { fact: Fact; payload: Uint8Array };

type Stated = Pick<StateNote, 'log' | 'epoch'>;

const open = (payload: Uint8Array, { tenant, seq }: TenantState, stated: Stated): LiveFact => {
  const fact = parsePayload(payload);
  checkBody(fact.kind, fact.body, fact.op);
  if (fact.log !== stated.log) throw new FactError('log-mismatch', fact.log);
  if (fact.epoch > stated.epoch) throw new FactError('epoch-mismatch', String(fact.epoch));
  if (fact.tenant !== tenant) throw nodeMalformed(`a fact of ${fact.tenant}, not ${tenant}`);
  if (fact.op !== 'assert') throw nodeMalformed('a retraction is not live');
  if (fact.seq > seq) throw nodeMalformed(`seq ${fact.seq} above the tenant's ${seq}`);
  return { fact, payload };
};

/**
 * A tenant's live facts, ascending by fact key (check 12 of facts-v1, "State tree"). Throws the
 * first refusal: then the registry is broken, and the tenant is unknown to decisions.
 */
export const liveFactsOf = (tenant: TenantState, stated: Stated): LiveFact[] => {
  const facts: LiveFact[] = [];
  let last: Uint8Array | undefined;
  for (const { prefix, count, packed } of tenant.pages) {
    for (const payload of unpackPayloads(packed, count)) {
      const one = open(payload, tenant, stated);
      const key = factKey(one.fact.kind, one.fact.subject);
      if (last !== undefined && compareKeys(last, key) >= 0) {
        throw nodeMalformed('its facts are not in order');
      }
      if (!hasPrefix(key, prefix)) throw nodeMalformed('a fact of another page');
      facts.push(one);
      last = key;
    }
  }
  return facts;
};
