import { isHeldKind, restate, type Subject } from '../domain/restate.ts';
import { parsePayload } from '../facts/core/payload.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import { logNamespace, uuidV5 } from '../facts/crypto/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { RevocationStore } from '../ports/revocation-store.ts';
import { canonicalHash } from './canonical-json.ts';
import { chain, type LogIdentity } from './commit.ts';

/** Facts read from the log at once. */
const PAGE_FACTS = 1_000;
/** Facts written in one transaction: a tenant's commits wait for it, well under a second. */
const CHUNK_FACTS = 2_000;
/** Opaque id of who says again what was void. */
const ACTOR = 'key-revocation';

/** What a key signed from an index on. */
export interface VoidFacts {
  readonly keyId: string;
  readonly from: number;
}

/** Void facts, and what they were about. */
export interface Touched {
  readonly facts: number;
  /** By tenant, each subject once, in the order of the log. */
  readonly tenants: ReadonlyMap<string, readonly Subject[]>;
}

/** Rejects for a kind of fact that the registry could not say again: none is to be voided. */
export async function touchedBy(
  store: RevocationStore,
  { keyId, from }: VoidFacts,
): Promise<Touched> {
  const tenants = new Map<string, Map<string, Subject>>();
  let facts = 0;
  for (let next = from; ;) {
    const page = await store.signedBy(keyId, next, PAGE_FACTS);
    for (const { payload } of page) {
      const { tenant, kind, subject } = parsePayload(payload);
      if (!isHeldKind(kind))
        throw new Error(`The registry holds no rows of ${kind} facts, and could not assert them.`);
      const subjects = tenants.get(tenant) ?? new Map<string, Subject>();
      tenants.set(tenant, subjects.set(`${kind} ${subject}`, { kind, subject }));
    }
    facts += page.length;
    const last = page.at(-1);
    if (last === undefined) break;
    next = last.index + 1;
  }
  const listed = [...tenants].map(
    ([tenant, subjects]) => [tenant, [...subjects.values()]] as const,
  );
  return { facts, tenants: new Map(listed) };
}

export interface Reasserted extends Touched {
  /** Facts that were written; the others had been by an earlier attempt. */
  readonly written: number;
}

/**
 * DESIGN 3: facts voided by a compromise stay in the chains and are not folded, so the registry
 * says what it holds about their subjects once more, by its new key. One transaction for each part
 * of a tenant, under its head lock, written once: who was interrupted begins again.
 */
export async function reassertVoid(
  { store, clock }: { readonly store: RevocationStore; readonly clock: Clock },
  log: LogIdentity,
  key: VoidFacts,
): Promise<Reasserted> {
  const touched = await touchedBy(store, key);
  let written = 0;
  // Roles and plans first: without them the tenants' facts grant nothing.
  const order = [...touched.tenants].toSorted(
    ([a], [b]) => Number(b === PLATFORM_TENANT) - Number(a === PLATFORM_TENANT),
  );
  for (const [tenant, subjects] of order) {
    const operation = uuidV5(logNamespace(log.log), `revoke/${key.keyId}/${key.from}/${tenant}`);
    for (let at = 0; at < subjects.length; at += CHUNK_FACTS) {
      const part = subjects.slice(at, at + CHUNK_FACTS);
      const step = { operation, step: `reassert-${at / CHUNK_FACTS}`, tenant, actor: ACTOR };
      written += await restatePart(store, log, { ...step, atMs: clock.nowMs() }, part);
    }
  }
  return { ...touched, written };
}

/** Gives the number of facts that it wrote. */
function restatePart(
  store: RevocationStore,
  log: LogIdentity,
  step: Parameters<typeof chain>[2],
  subjects: readonly Subject[],
): Promise<number> {
  const { tenant, operation, actor } = step;
  return store.transact(tenant, async (transaction) => {
    if ((await transaction.findCommit(operation, step.step)) !== undefined) return 0;
    const held = await transaction.view(tenant);
    const drafts = restate(tenant, held, subjects);
    const facts = chain(await transaction.head(tenant), log, step, drafts);
    const refs = facts.map(({ id, seq }) => ({ id, tenant, seq }));
    const commandHash = canonicalHash(subjects);
    await Promise.all([
      transaction.appendFacts(facts),
      transaction.appendAudit([{ ...auditOf(tenant, facts.length), actor, operation }], step.atMs),
      transaction.saveCommit({ operation, step: step.step, commandHash, facts: refs }, false),
    ]);
    return facts.length;
  });
}

function auditOf(tenant: string, facts: number) {
  return { tenant, action: 'facts.reasserted', target: `tenant:${tenant}`, detail: { facts } };
}
