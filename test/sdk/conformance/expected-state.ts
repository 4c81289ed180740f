import { Index } from '../../../sdk/typescript/decision-index.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import { shardName } from '../../../facts/crypto/shard.ts';
import { KEYS, LOG, openKeys } from '../support/fact-writer.ts';
import type { FactWriter } from '../support/fact-writer.ts';
import { QUESTIONS } from './questions.ts';
import type { Question } from './questions.ts';

/** What a kit says of its state, without what is about time and about the way there. */
export type PlaneState = {
  heads: Record<string, { position: number; index: number; hash: string }>;
  answers: object[];
};

const decide = (index: Index, question: Question): object => {
  if (question.op === 'can') {
    const { issuer, sub, permission, tenant, project } = question;
    const reason = index.decide(issuer, sub, permission, tenant, project);
    return { allowed: reason === 'granted', reason };
  }
  const { reason, body } = index.entitlement(question.tenant, question.product, Date.now());
  const entitled = reason === 'entitled' && body !== undefined;
  const { limits, plan } = entitled ? body : { limits: {}, plan: null };
  return { entitled, reason, limits, plan };
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
    const { position, index: last, hash } = reader.head();
    heads[shardName(shard)] = { position, index: last, hash };
  }
  return { heads, answers: QUESTIONS.map((question) => decide(index, question)) };
};
