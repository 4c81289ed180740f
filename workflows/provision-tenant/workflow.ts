import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { FACTS_QUEUE } from '../shared/signing.ts';
import type { CommittedFact, SigningActivities } from '../shared/signing.ts';
import type { Step } from '../shared/step.ts';
import type { ProvisioningActivities } from './contract.ts';

type Activities = ProvisioningActivities & SigningActivities;

/**
 * Makes a tenant in every outside system, then commits it. DNS comes last: there is never a name
 * without a backend. The mail comes after the commit: it cannot be taken back.
 */
export async function provisionTenant(input: SagaInput): Promise<void> {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  let identity = { issuer: '', adminSub: '' };
  let database = { url: '' };
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;

  const steps: Step<Activities>[] = [
    {
      name: 'identity',
      title: 'Create realm or organization, and the first admin',
      do: async (call) => {
        identity = await call('identity', ref);
      },
      undo: (call) => call('removeIdentity', ref),
    },
    {
      name: 'database',
      title: 'Create the tenant database',
      do: async (call) => {
        database = await call('database', ref);
      },
      undo: (call) => call('removeDatabase', ref),
    },
    {
      name: 'route',
      title: 'Route the host to the front end',
      do: async (call) => {
        await call('route', ref);
      },
      undo: (call) => call('removeRoute', ref),
    },
    {
      name: 'dns',
      title: 'Publish the host in DNS',
      do: async (call) => {
        await call('dns', ref);
      },
      undo: (call) => call('removeDns', ref),
    },
    {
      name: 'activate',
      title: 'Commit the tenant with its facts',
      pivot: true,
      do: async (call) => {
        const { issuer, adminSub } = identity;
        atMs ||= Date.now();
        facts = await call('activate', ref, { issuer, adminSub, databaseUrl: database.url, atMs });
      },
    },
    {
      name: 'sign',
      title: 'Sign the facts and fan them out',
      queue: FACTS_QUEUE,
      do: async (call) => {
        await call(
          'sign',
          facts.map((fact) => fact.id),
        );
      },
    },
    {
      name: 'invite-admin',
      title: 'Mail the invitation to the first admin',
      do: async (call) => {
        await call('inviteAdmin', ref);
      },
    },
  ];
  await runSaga(input, steps);
}
