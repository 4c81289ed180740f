import { hashOfApiKey } from '../../../facts/crypto/api-key.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { shardName } from '../../../facts/crypto/shard.ts';
import { Index } from '../../../sdk/typescript/decision-index.ts';
import { becauseFacts, foldFacts } from '../../../sdk/typescript/explain.ts';
import type { LiveFacts } from '../../../sdk/typescript/explain.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import { KEYS, LOG, openKeys } from '../support/fact-writer.ts';
import type { FactWriter } from '../support/fact-writer.ts';
import { MALFORMED_KEY, QUESTIONS } from './questions.ts';
import type { ApiKeyQuestion, CanQuestion, EntitlementQuestion } from './questions.ts';
import type { ExplainQuestion, Question } from './questions.ts';

/**
 * What a kit says of its state, without what is about time and about the way there. An index is not
 * signed: that of the last line is what a relay says until a later fact shows it to be too large,
 * and it decides nothing. Position, hash, state and decisions can be known, and are compared.
 */
export type PlaneState = {
  heads: Record<string, { position: number; hash: string }>;
  answers: object[];
};

const decide = (
  index: Index,
  asked: Pick<CanQuestion, 'issuer' | 'sub' | 'permission' | 'tenant' | 'project'>,
): object => {
  const { issuer, sub, permission, tenant, project } = asked;
  const reason = index.decide(issuer, sub, permission, tenant, project);
  return { allowed: reason === 'granted', reason };
};

const entitle = (index: Index, { tenant, product }: EntitlementQuestion): object => {
  const { reason, body } = index.entitlement(tenant, product, Date.now());
  const entitled = reason === 'entitled' && body !== undefined;
  const { limits, plan } = entitled ? body : { limits: {}, plan: null };
  return { entitled, reason, limits, plan };
};

const UNKNOWN_KEY = { allowed: false, tenant: null, id: null, scopes: [], namespace: null };

const findKey = (index: Index, { key, ...asked }: ApiKeyQuestion): object => {
  if (key === MALFORMED_KEY) return { ...UNKNOWN_KEY, reason: 'key-malformed' };
  const { reason, key: found } = index.apiKey(hashOfApiKey(key), asked, Date.now());
  if (found === undefined) return { ...UNKNOWN_KEY, reason };
  const { tenant, id, body } = found;
  const { scopes, namespace } = body;
  return { allowed: reason === 'granted', reason, tenant, id, scopes, namespace };
};

type Truth = { index: Index; liveOf(tenant: string): LiveFacts };

const explain = ({ index, liveOf }: Truth, question: ExplainQuestion): object => {
  const { issuer, sub, permission, tenant, project } = question;
  const asked = { identity: { issuer, sub }, permission, tenant, project };
  const because = becauseFacts(asked, liveOf(tenant), liveOf(PLATFORM_TENANT));
  return { decision: decide(index, question), because };
};

const answer = (truth: Truth, question: Question): object => {
  if (question.op === 'can') return decide(truth.index, question);
  if (question.op === 'explain') return explain(truth, question);
  if (question.op === 'apiKey') return findKey(truth.index, question);
  return entitle(truth.index, question);
};

/** The state after a replay of the true log, folded by TypeScript. */
export const replay = (writer: FactWriter): PlaneState => {
  const index = new Index();
  const heads: PlaneState['heads'] = {};
  for (const [shard, lines] of writer.shards) {
    const reader = new ShardReader(shard, { log: LOG, findKey: openKeys(KEYS) });
    const { accepted, refused } = reader.fetched(lines, 'http');
    if (refused.length > 0) throw new Error(`the true log is refused: ${refused[0]?.message}`);
    for (const { fact } of accepted) index.apply(fact);
    const { position, hash } = reader.head();
    heads[shardName(shard)] = { position, hash };
  }
  const chains = Map.groupBy(writer.facts, ({ tenant }) => tenant);
  const liveOf = (tenant: string): LiveFacts => foldFacts(chains.get(tenant) ?? []);
  return { heads, answers: QUESTIONS.map((question) => answer({ index, liveOf }, question)) };
};
