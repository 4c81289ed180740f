import type { DomainErrorCode } from '../domain/decision.ts';
import { INVITATION_MESSAGES } from '../domain/invitation.ts';
import type { OperationKind } from '../domain/operation.ts';
import type { SagaInput } from '../domain/saga-protocol.ts';
import { steps as changeMembership } from './change-membership/workflow.ts';
import { steps as freezeTenant } from './freeze-tenant/workflow.ts';
import { steps as inviteMember } from './invite-member/workflow.ts';
import { steps as provisionTenant } from './provision-tenant/workflow.ts';
import { steps as reconcileAll } from './reconcile-all/workflow.ts';
import { steps as reconcileTenant } from './reconcile-tenant/workflow.ts';
import type { Touched } from './shared/step.ts';
import { steps as unfreezeTenant } from './unfreeze-tenant/workflow.ts';

/** What can be known of a step without running it. */
export interface StepRow {
  readonly name: string;
  readonly title: string;
  readonly touches: Touched;
  readonly pivot?: true;
  readonly waits?: true;
  readonly queue?: string;
  /** There when it can be skipped. */
  readonly when?: unknown;
  /** There when it is taken back. */
  readonly undo?: unknown;
}

/** A saga as the reference and the proof matrix see it. */
export interface SagaTable {
  /** One sentence, for people. */
  readonly does: string;
  /** What begins it: a route of the API, or the saga that does. */
  readonly begunBy: string;
  /** Why its commit may refuse: the codes of its domain rule. */
  readonly refusals: readonly DomainErrorCode[];
  /** What it may be told beyond `resume` and `unwind`: names of updates, which are signals too. */
  readonly told: readonly string[];
  readonly steps: (input: SagaInput) => readonly StepRow[];
}

/**
 * Every saga, in one place: whoever adds a kind of operation and no table does not compile. The
 * reference of sagas and the proof matrix are made from it.
 */
export const SAGA_TABLES: Readonly<Record<OperationKind, SagaTable>> = {
  provisionTenant: {
    does: 'Makes a tenant in every outside system, commits it, and invites its first admin.',
    begunBy: 'POST /v1/tenants',
    refusals: ['tenant-not-found', 'tenant-state', 'plan-unknown', 'role-unknown'],
    told: [],
    steps: provisionTenant,
  },
  changeMembership: {
    does: 'Changes the roles of one member; the fact is the truth at once.',
    begunBy: 'PATCH /v1/tenants/{tenant}/members/{member}',
    refusals: [
      'tenant-not-found',
      'tenant-state',
      'member-not-found',
      'member-state',
      'role-unknown',
      'last-owner',
    ],
    told: [],
    steps: changeMembership,
  },
  freezeTenant: {
    does: 'Closes a tenant everywhere and keeps it: nobody signs in, no data plane allows anything.',
    begunBy: 'POST /v1/tenants/{tenant}/cancel',
    refusals: ['tenant-not-found', 'tenant-state'],
    told: [],
    steps: freezeTenant,
  },
  unfreezeTenant: {
    does: 'Gives a frozen tenant the state back that it had, object by object.',
    begunBy: 'POST /v1/tenants/{tenant}/unfreeze',
    refusals: ['tenant-not-found', 'tenant-state'],
    told: [],
    steps: unfreezeTenant,
  },
  inviteMember: {
    does: 'Accompanies an invitation, whose id it has, from the pending member to the end that its row has.',
    begunBy: 'POST /v1/tenants/{tenant}/invitations',
    refusals: ['tenant-not-found', 'tenant-state', 'invitation-state', 'role-unknown'],
    told: INVITATION_MESSAGES,
    steps: (input) => inviteMember(input),
  },
  reconcileTenant: {
    does: 'Looks at one tenant everywhere, mends what is ours, and looks again.',
    begunBy: 'POST /v1/tenants/{tenant}/reconcile',
    refusals: ['tenant-not-found', 'tenant-state'],
    told: [],
    steps: reconcileTenant,
  },
  reconcileAll: {
    does: 'Looks at everything for orphans and lost sagas, mends what is ours, and looks again.',
    begunBy: 'POST /v1/reconcile',
    refusals: [],
    told: [],
    steps: reconcileAll,
  },
};
