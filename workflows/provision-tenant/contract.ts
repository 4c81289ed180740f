import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `provisionTenant/<operation id>`. Input: `SagaInput`. Output: none. */
export const PROVISION_TENANT = 'provisionTenant';

/** What `identity` and `database` found out, and the commit writes down. Ids and addresses only. */
export interface ActivationInput {
  readonly issuer: string;
  readonly adminSub: string;
  readonly databaseUrl: string;
  /** The saga's clock, milliseconds since the Unix epoch: the same in each retry. */
  readonly atMs: number;
}

export interface ProvisioningActivities {
  identity(ref: SagaRef): Promise<Attempted<{ issuer: string; adminSub: string }>>;
  removeIdentity(ref: SagaRef): Promise<void>;
  database(ref: SagaRef): Promise<Attempted<{ url: string }>>;
  removeDatabase(ref: SagaRef): Promise<void>;
  route(ref: SagaRef): Promise<Attempted<void>>;
  removeRoute(ref: SagaRef): Promise<void>;
  dns(ref: SagaRef): Promise<Attempted<void>>;
  removeDns(ref: SagaRef): Promise<void>;
  activate(ref: SagaRef, input: ActivationInput): Promise<Attempted<readonly CommittedFact[]>>;
  inviteAdmin(ref: SagaRef): Promise<Attempted<void>>;
}
