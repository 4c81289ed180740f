import { createRequire } from 'node:module';
import type { Test } from '@jest/reporters';
import type Package from '@jest/test-sequencer';

// Its types are those of its CommonJS side, so that side is loaded.
const { default: Sequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof Package;

/**
 * What takes longest, the longest first: begun last, it would run alone. The how-to compiles on all
 * processors for a minute: not beside the proofs.
 */
export const LONGEST = [
  'test/proof/proof.servers.test.ts',
  'test/faults/killed-servers.servers.test.ts',
  'test/sdk/conformance.servers.test.ts',
  'test/tools/lifecycle.servers.test.ts',
  'test/faults/registry-links.servers.test.ts',
  'test/workflows/guards.servers.test.ts',
  'test/faults/readers.servers.test.ts',
  'test/sdk/rust-members.servers.test.ts',
  'test/proof/invariants.servers.test.ts',
  'test/workflows/reconcile-real.servers.test.ts',
  'test/docs/first-tenant.servers.test.ts',
  'test/workflows/real-servers.servers.test.ts',
  'test/cli/keys-live.servers.test.ts',
  'test/workflows/parking.servers.test.ts',
  'test/faults/sinks.servers.test.ts',
  'test/contracts/identity.keycloak.servers.test.ts',
  'test/sdk/go.servers.test.ts',
  'test/faults/frozen-tenant.servers.test.ts',
  'test/sdk/python.servers.test.ts',
  'test/workflows/offboard-tenant.servers.test.ts',
  'test/docs/how-to.servers.test.ts',
  // Of the fast project.
  'test/sdk/heartbeats.test.ts',
  'test/adapters/keycloak/outcomes.test.ts',
];

/**
 * Jest begins with what took longest in the last run that it remembers. In a fresh clone it
 * remembers none and goes by the size of files: there it is told.
 */
export default class LongestFirst extends Sequencer {
  override sort(tests: Test[]): Test[] {
    const sorted = super.sort(tests) as Test[];
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ path }: Test): number {
  const at = LONGEST.findIndex((name) => path.endsWith(`/${name}`));
  return at === -1 ? LONGEST.length : at;
}
