import type { Rule } from '../domain/decision.ts';
import { toBase64Url } from '../facts/core/bytes.ts';
import { encodePayload } from '../facts/core/payload.ts';
import type { Fact, FactDraft } from '../facts/core/types.ts';
import { leafHash } from '../facts/crypto/hash.ts';
import { factId } from '../facts/crypto/ids.ts';
import type { ChainHead, CommitStore, FactRef, UnsignedFact } from '../ports/registry-store.ts';
import { canonicalHash } from './canonical-json.ts';
import { CommitKeyReusedError, RefusedError } from './errors.ts';

/** Which log the facts go to. */
export interface LogIdentity {
  /** Origin, e.g. `tenure.example/prod`. */
  readonly log: string;
}

export interface CommitStep<C> {
  /** UUID of the operation; with the step it is the idempotency key. */
  readonly operation: string;
  readonly step: string;
  readonly tenant: string;
  /** Opaque id of who caused it. */
  readonly actor: string;
  readonly rule: Rule<C>;
  readonly command: C;
  /** Id of the invitation that the rule decides about. */
  readonly invitation?: string;
  /** Id of the custom domain that the rule decides about. */
  readonly domain?: string;
  /** The saga's clock, so that a retry writes the same bytes. */
  readonly atMs: number;
  /** Whether the tenant lock of the operation ends here (DESIGN 4.1). */
  readonly releaseLock: boolean;
  /** The operation had released it, and works on the tenant again from here on. */
  readonly takeLock?: true;
}

export interface CommitResult {
  readonly facts: readonly FactRef[];
  /** True when an earlier attempt had committed. */
  readonly replayed: boolean;
}

/**
 * DESIGN 4.3, one transaction under the tenant's head lock: the rule decides, and its changes, its
 * audit and its facts are written together or not at all. Rejects with `RefusedError`, `StoreError`
 * (repeat it: operation and step make it happen once) or `CommitKeyReusedError`.
 */
export function commitStep<C>(
  store: CommitStore,
  log: LogIdentity,
  step: CommitStep<C>,
): Promise<CommitResult> {
  const commandHash = canonicalHash(step.command);
  const { operation, tenant, actor, atMs } = step;
  return store.transact([tenant], async (transaction) => {
    const [earlier, view, invitation, domain] = await Promise.all([
      transaction.findCommit(operation, step.step),
      transaction.view(tenant),
      step.invitation === undefined ? undefined : transaction.lockInvitation(step.invitation),
      step.domain === undefined ? undefined : transaction.lockDomain(step.domain),
    ]);
    if (earlier !== undefined) {
      if (earlier.commandHash === commandHash) return { facts: earlier.facts, replayed: true };
      throw new CommitKeyReusedError(`${operation}/${step.step} came with another command`);
    }
    const decision = step.rule({ ...view, invitation, domain }, step.command, atMs);
    if ('refused' in decision) throw new RefusedError(decision.refused, decision.message);
    const { changes, facts, audit } = decision;
    const unsigned =
      facts.length === 0 ? [] : chain(await transaction.head(tenant), log, step, facts);
    const refs = unsigned.map(({ id, seq }): FactRef => ({ id, tenant, seq }));
    const commit = { operation, step: step.step, commandHash, facts: refs };
    // Alone: what is sent behind a refusal fails too, and would hide it.
    if (step.takeLock) await transaction.takeLock(operation);
    await Promise.all([
      transaction.apply(changes),
      transaction.appendFacts(unsigned),
      transaction.appendAudit(
        audit.map((row) => ({ ...row, tenant, actor, operation })),
        atMs,
      ),
      transaction.saveCommit(commit, step.releaseLock),
    ]);
    return { facts: refs, replayed: false };
  });
}

/** The drafts as the next facts of the tenant's chain: each names the leaf hash before it. */
export function chain(
  head: ChainHead,
  { log }: LogIdentity,
  step: Pick<CommitStep<never>, 'operation' | 'step' | 'tenant' | 'actor' | 'atMs'>,
  drafts: readonly FactDraft[],
): UnsignedFact[] {
  const { operation, tenant, actor } = step;
  const at = new Date(step.atMs).toISOString();
  const { epoch } = head;
  let { seq, hash } = head;
  return drafts.map((draft, position) => {
    seq += 1;
    const id = factId(log, operation, step.step, position);
    const place = { log, epoch, tenant, seq, prev: toBase64Url(hash), id, at };
    const { kind, subject, op, body } = draft;
    const fact: Fact = { ...place, kind, subject, op, cause: { operation, actor }, body };
    const payload = encodePayload(fact);
    hash = leafHash(payload);
    return { id, tenant, seq, leafHash: hash, payload };
  });
}
