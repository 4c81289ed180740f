import type { AcceptPorts } from './accept/accept.ts';
import type { AcceptCookies } from './accept/cookie.ts';
import type { AddDomainPorts, RemoveDomainPorts } from '../registry/accept-domain.ts';
import type { InvitePorts } from '../registry/accept-invite-request.ts';
import type { ProvisionPorts } from '../registry/accept-provision.ts';
import type { SalePorts } from '../registry/accept-sale.ts';
import type { Clock } from '../ports/clock.ts';
import type { DomainChallenges } from '../ports/domain-challenges.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import type { Exports } from '../ports/exports.ts';
import type { FactFinding, FactReading } from '../ports/fact-log.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { LogReading } from '../ports/log-store.ts';
import type { PlaneStore } from '../ports/plane-store.ts';
import type { ReconcileStore } from '../ports/reconcile-store.ts';
import type { StoreProbe } from '../ports/registry-store.ts';
import type { SalesStore } from '../ports/sales-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';
import type { StateReading } from '../ports/state-store.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Cursors } from './http/cursor.ts';

/** What the routes work with; each handler takes only the part that it names. */
export interface ApiPorts {
  readonly accept: ProvisionPorts & InvitePorts & SalePorts & AddDomainPorts & RemoveDomainPorts;
  readonly operations: ProvisionPorts['operations'];
  readonly tenants: ProvisionPorts['tenants'];
  readonly invitations: InvitationStore;
  readonly domains: DomainStore;
  readonly challenges: DomainChallenges;
  readonly engine: SagaEngine;
  readonly sales: SalesStore;
  readonly facts: FactReading & FactFinding;
  readonly log: LogReading & StateReading;
  readonly planes: PlaneStore;
  readonly reconcile: Pick<ReconcileStore, 'findReport'>;
  readonly clock: Clock;
  /** Of the log that facts are made for. */
  readonly logOrigin: string;
  readonly secrets: Pick<Secrets, 'find'>;
  readonly exports: Pick<Exports, 'find'>;
  readonly store: StoreProbe;
  readonly cursors: Cursors;
  readonly login: AcceptPorts['login'];
  readonly acceptCookies: AcceptCookies;
  /** False in production, where the link is for the invited person alone. */
  readonly showsInviteLinks: boolean;
}
