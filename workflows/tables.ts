import type { DomainErrorCode } from '../domain/decision.ts';
import { LOOK } from '../domain/custom-domain.ts';
import { INVITATION_MESSAGES } from '../domain/invitation.ts';
import { REVOKE } from '../domain/offboarding.ts';
import type { OperationKind } from '../domain/operation.ts';
import type { SagaInput } from '../domain/saga-protocol.ts';
import { TRIAL_MESSAGES } from '../domain/trials.ts';
import { steps as answerProductRequest } from './answer-product-request/workflow.ts';
import { steps as addDomain } from './add-domain/workflow.ts';
import { steps as changeMembership } from './change-membership/workflow.ts';
import { steps as changePlan } from './change-plan/workflow.ts';
import { steps as freezeTenant } from './freeze-tenant/workflow.ts';
import { steps as inviteMember } from './invite-member/workflow.ts';
import { steps as moveTenant } from './move-tenant/workflow.ts';
import { steps as offboardTenant } from './offboard-tenant/workflow.ts';
import { steps as provisionTenant } from './provision-tenant/workflow.ts';
import { steps as removeDomain } from './remove-domain/workflow.ts';
import { steps as reconcileAll } from './reconcile-all/workflow.ts';
import { steps as reconcileTenant } from './reconcile-tenant/workflow.ts';
import { steps as runTrial } from './run-trial/workflow.ts';
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
    does: 'Changes roles, deactivates, reactivates, ends a membership, or transfers ownership; the fact is the truth at once.',
    begunBy:
      'PATCH, DELETE /v1/tenants/{tenant}/members/{member}, POST …/deactivate, …/reactivate, POST /v1/tenants/{tenant}/transfer-ownership',
    refusals: [
      'tenant-not-found',
      'tenant-state',
      'member-not-found',
      'member-state',
      'role-unknown',
      'last-owner',
      'not-owner',
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
    refusals: ['tenant-not-found', 'tenant-state', 'tenant-leaving'],
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
  addDomain: {
    does: 'Waits until the DNS of a name says that it is the tenant’s, and routes it.',
    begunBy: 'POST /v1/tenants/{tenant}/domains',
    refusals: ['tenant-not-found', 'tenant-state', 'domain-state'],
    told: [LOOK],
    steps: (input) => addDomain(input),
  },
  removeDomain: {
    does: 'Takes a name back: its route goes, then others may have it.',
    begunBy: 'DELETE /v1/tenants/{tenant}/domains/{domain}',
    refusals: ['domain-state'],
    told: [],
    steps: removeDomain,
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
  changePlan: {
    does: 'Sells a tenant another plan, up or down; its entitlements are those of the plan at once.',
    begunBy: 'POST /v1/tenants/{tenant}/plan',
    refusals: ['tenant-not-found', 'tenant-state', 'plan-unknown', 'plan-below-use'],
    told: [],
    steps: changePlan,
  },
  answerProductRequest: {
    does: 'Grants a product that a customer asked for beside its plan, or refuses it.',
    begunBy: 'POST /v1/tenants/{tenant}/product-requests/{request}/answer',
    refusals: ['tenant-not-found', 'tenant-state', 'request-state', 'product-unknown'],
    told: [],
    steps: answerProductRequest,
  },
  runTrial: {
    does: 'Ends a trial by itself, unless it is sold before; reminds the first admin meanwhile.',
    begunBy: 'provisionTenant',
    refusals: ['tenant-not-found', 'tenant-state'],
    told: TRIAL_MESSAGES,
    steps: (input) => runTrial(input),
  },
  offboardTenant: {
    does: 'Has a tenant leave: exported, frozen, kept for a time, then erased everywhere.',
    begunBy: 'POST /v1/tenants/{tenant}/offboard',
    refusals: ['tenant-not-found', 'tenant-state', 'tenant-leaving'],
    told: [REVOKE],
    steps: (input) => offboardTenant(input),
  },
  moveTenant: {
    does: 'Moves a tenant between pool and silo with all members, whose identities alone change.',
    begunBy: 'POST /v1/tenants/{tenant}/move',
    refusals: ['tenant-not-found', 'tenant-state'],
    told: [],
    steps: moveTenant,
  },
};
