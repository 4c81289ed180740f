import type { Fact } from '../../facts/core/types.ts';
import { GENESIS_PREV } from '../../facts/core/types.ts';

export const LOG = 'tenure.example/test';
export const TENANT = '1f0c2a3b-0000-4000-8000-00000000000a';
export const MEMBER = '2f0c2a3b-0000-4000-8000-00000000000b';
export const PROJECT = '3f0c2a3b-0000-4000-8000-00000000000c';
export const OPERATION = '4f0c2a3b-0000-4000-8000-00000000000d';

/** A valid first fact; a test overrides only what it is about. */
export const aFact = (overrides: Partial<Fact> = {}): Fact => ({
  log: LOG,
  epoch: 1,
  tenant: TENANT,
  seq: 1,
  prev: GENESIS_PREV,
  id: '5f0c2a3b-0000-5000-8000-00000000000e',
  kind: 'membership',
  subject: `member:${MEMBER}`,
  op: 'assert',
  at: '2026-11-21T01:34:34.000Z',
  cause: { operation: OPERATION, actor: 'operator:cli' },
  body: {
    state: 'active',
    identity: { issuer: 'https://id.example/realms/acme', sub: 'sub-1' },
    roles: ['owner'],
  },
  ...overrides,
});

/** The code of the FactError that `run` throws; undefined when it throws none. */
export const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
