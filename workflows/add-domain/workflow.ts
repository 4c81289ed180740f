import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { Step } from '../shared/step.ts';
import { Claim } from './claim.ts';
import type { DomainActivities } from './contract.ts';

/**
 * Gives a tenant a name of its own once its DNS says so. Whoever had the name and is not named
 * there any more has lost it with the proof, whatever becomes of this saga; the new owner has it
 * with the commit.
 */
export async function addDomain(input: SagaInput): Promise<void> {
  const claim = new Claim(input);
  claim.listen();
  await runSaga(input, steps(input, claim));
}

/** The table: what a new run does. */
export function steps(
  input: SagaInput,
  claim = new Claim(input),
): readonly Step<DomainActivities>[] {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;
  return [
    {
      name: 'proof',
      title: 'Wait for the record that proves the name, and reserve it',
      touches: 'zone',
      waits: true,
      do: (call) => claim.proven(call),
    },
    {
      name: 'vacate',
      title: 'Take away the route of who lost the name',
      touches: 'route',
      settles: true,
      do: (call) => call('vacateDomain', ref),
      // What is lost stays lost: its route must not outlive it.
      undo: (call) => call('vacateDomain', ref),
    },
    {
      name: 'route',
      title: 'Route the name to the front end',
      touches: 'route',
      settles: true,
      do: (call) => call('routeDomain', ref),
      undo: (call) => call('unrouteDomain', ref),
    },
    {
      name: 'commit',
      title: 'Commit the name as the tenant’s',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        await call('commitDomain', ref, atMs);
      },
    },
  ];
}
