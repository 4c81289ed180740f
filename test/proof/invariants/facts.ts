import { toBase64Url } from '../../../facts/core/bytes.ts';
import { EMPTY_HEAD, checkNext } from '../../../facts/core/chain.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { parsePayload } from '../../../facts/core/payload.ts';
import { leafHash } from '../../../facts/crypto/hash.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import { createVerifier } from '../../../facts/crypto/verify.ts';
import { FACT_KEY_SEED } from '../../support/faults/linked-stack.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings, Subject } from './subject.ts';

const verify = createVerifier(createSigner(FACT_KEY_SEED).publicKey);

interface FactRow {
  readonly id: string;
  readonly payload: Buffer;
  readonly leaf_hash: Buffer;
  readonly signature: Buffer;
}

const factsOf = (world: ProofWorld, tenant: string) =>
  select<FactRow>(
    world,
    'select id, payload, leaf_hash, signature from facts where tenant = $1 order by seq',
    tenant,
  );

/** I3: the tenant's facts are those of its commits, each once and signed; each commit is audited. */
export async function exactFacts(world: ProofWorld, { operation, story }: Subject): Findings {
  const { id, tenant, state } = operation;
  const unsigned = await select(world, 'select fact from outbox where tenant = $1', tenant);
  const facts = (await factsOf(world, tenant)).map((row) => row.id).toSorted();
  const commits = await select<{ operation: string; facts: readonly { id: string }[] }>(
    world,
    'select operation, facts from commits where tenant = $1',
    tenant,
  );
  const meant = commits.flatMap((commit) => commit.facts.map((fact) => fact.id)).toSorted();
  const audited = await select<{ operation: string }>(
    world,
    'select distinct operation from audit where tenant = $1',
    tenant,
  );
  const names = new Set(audited.map((row) => row.operation));
  const own = commits.filter((commit) => commit.operation === id);
  return [
    ...(unsigned.length > 0 ? [`${unsigned.length} facts were committed and not signed`] : []),
    ...(facts.join() === meant.join() ? [] : [`facts ${facts.join()}, committed ${meant.join()}`]),
    ...commits.flatMap((commit) =>
      names.has(commit.operation) ? [] : [`the commit of ${commit.operation} is not audited`],
    ),
    ...(state === 'done' && own.length === 0 && !story.commitsNothing
      ? ['the saga is done and committed nothing']
      : []),
    ...(state === 'unwound' && own.length > 0 ? ['the saga was unwound behind its commit'] : []),
  ];
}

/** I4: the tenant's chain has no gap, each link is right, and every fact is signed. */
export async function soundChain(world: ProofWorld, { operation }: Subject): Findings {
  const findings: string[] = [];
  let head = EMPTY_HEAD;
  for (const { id, payload, leaf_hash, signature } of await factsOf(world, operation.tenant)) {
    try {
      const fact = parsePayload(payload);
      checkNext(fact, head);
      if (fact.id !== id) findings.push(`fact ${id} says that it is ${fact.id}`);
      head = { seq: fact.seq, hash: toBase64Url(leafHash(payload)) };
    } catch (error) {
      findings.push(`fact ${id}: ${String(error)}`);
    }
    if (!leafHash(payload).every((byte, at) => byte === leaf_hash[at]))
      findings.push(`fact ${id} has another leaf hash`);
    if (!verify(preAuthEncoding(payload), signature)) findings.push(`fact ${id} is not signed`);
  }
  return findings;
}
