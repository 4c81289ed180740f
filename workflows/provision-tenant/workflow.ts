import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { ProvisioningActivities } from './contract.ts';

type Activities = ProvisioningActivities & SigningActivities;

/** What one step finds out and a later one needs. */
interface Found {
  identity: { issuer: string; adminSub: string };
  database: { url: string };
  /** The commit's time, drawn once: a retry writes the same bytes. */
  atMs: number;
  facts: readonly CommittedFact[];
}

/**
 * Makes a tenant in every outside system, then commits it. DNS comes last: there is never a name
 * without a backend. The mail comes after the commit: it cannot be taken back.
 */
export async function provisionTenant(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

/** The table: what a new run does. */
export function steps(input: SagaInput): readonly Step<Activities>[] {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  const found: Found = {
    identity: { issuer: '', adminSub: '' },
    database: { url: '' },
    atMs: 0,
    facts: [],
  };
  return [...takenBack(ref, found), ...forwardOnly(ref, found)];
}

function takenBack(ref: SagaRef, found: Found): Step<Activities>[] {
  return [
    {
      name: 'identity',
      title: 'Create realm or organization, and the first admin',
      touches: 'identity',
      do: async (call) => {
        found.identity = await call('identity', ref);
      },
      undo: (call) => call('removeIdentity', ref),
    },
    {
      name: 'database',
      title: 'Create the tenant database',
      touches: 'database',
      do: async (call) => {
        found.database = await call('database', ref);
      },
      undo: (call) => call('removeDatabase', ref),
    },
    {
      name: 'route',
      title: 'Route the host to the front end',
      touches: 'route',
      do: (call) => call('route', ref),
      undo: (call) => call('removeRoute', ref),
    },
    {
      name: 'dns',
      title: 'Publish the host in DNS',
      touches: 'dns',
      do: (call) => call('dns', ref),
      undo: (call) => call('removeDns', ref),
    },
  ];
}

function forwardOnly(ref: SagaRef, found: Found): Step<Activities>[] {
  return [
    {
      name: 'activate',
      title: 'Commit the tenant with its facts',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        found.atMs ||= Date.now();
        const { identity, database, atMs } = found;
        const input = { ...identity, databaseUrl: database.url, atMs };
        found.facts = await call('activate', ref, input);
      },
    },
    signRow(() => found.facts),
    {
      name: 'invite-admin',
      title: 'Mail the invitation to the first admin',
      touches: 'mail',
      do: (call) => call('inviteAdmin', ref),
    },
  ];
}
