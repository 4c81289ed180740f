import type { Clock } from '../ports/clock.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import type { SagaActivities, SagaRef } from '../workflows/shared/contract.ts';
import { attempt, probeOnce } from './attempt.ts';
import type { Report } from './attempt.ts';
import { readOperation } from './operation.ts';

export interface SagaPorts {
  readonly operations: Pick<
    OperationStore,
    'findOperation' | 'recordProgress' | 'undoAcceptance' | 'releaseLock'
  >;
  readonly invitations: Pick<InvitationStore, 'withdraw'>;
  readonly domains: Pick<DomainStore, 'expireDomain'>;
  /** What a step needs beside the store, which every step reads first; by the step's name. */
  readonly probes: Readonly<
    Record<string, (ref: SagaRef, signal: AbortSignal) => Promise<unknown>>
  >;
  readonly probeStore: () => Promise<void>;
  readonly clock: Clock;
  readonly report: Report;
}

/** What every saga calls beside its steps. */
export function createSagaActivities(ports: SagaPorts): SagaActivities {
  const { operations, invitations, domains, probes, probeStore, clock, report } = ports;
  const quietly = async (work: (signal: AbortSignal) => Promise<unknown>) => {
    await attempt(report, work);
  };
  return {
    probe: (ref, step) =>
      probeOnce(report, async (signal) => {
        await probeStore();
        await probes[step]?.(ref, signal);
      }),
    recordProgress: (ref, checklist) =>
      quietly(() => operations.recordProgress(ref.operation, checklist, clock.nowMs())),
    undoAcceptance: (ref) =>
      quietly(async () => {
        const { id, kind, tenant } = await readOperation(operations, ref);
        if (kind === 'inviteMember') await invitations.withdraw(tenant, id);
        if (kind === 'addDomain') await domains.expireDomain(tenant, id, clock.nowMs());
        // A new tenant was reserved by its acceptance; every other saga holds just the lock.
        if (kind === 'provisionTenant') await operations.undoAcceptance(id, clock.nowMs());
        else await operations.releaseLock(id);
      }),
  };
}
