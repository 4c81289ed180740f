import { sleep } from '@temporalio/workflow';
import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { OffboardingActivities } from './contract.ts';
import { Retention } from './retention.ts';

type Row = Step<OffboardingActivities & SigningActivities>;

/** What one step finds out and a later one needs. */
interface Found {
  /** Of the commits by their names, drawn once: a retry writes the same bytes. */
  readonly atMs: Map<string, number>;
  facts: readonly CommittedFact[];
  /** It was open before: the freeze is this saga's, to be taken back by it. */
  thaws: boolean;
  dnsGoneAtMs: number;
}

/** What all rows share. */
interface Leaving {
  readonly input: SagaInput;
  readonly ref: SagaRef;
  readonly retention: Retention;
  readonly found: Found;
}

/**
 * Has a tenant leave: what is its own is exported, then it is frozen, which can be taken back until
 * the retention ends. From then on it only goes forward, until nothing of it is left anywhere.
 */
export async function offboardTenant(input: SagaInput): Promise<void> {
  const retention = new Retention(input);
  retention.listen();
  await runSaga(input, steps(input, retention));
}

/** The table: what a new run does. */
export function steps(input: SagaInput, retention = new Retention(input)): readonly Row[] {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  const found: Found = { atMs: new Map(), facts: [], thaws: false, dnsGoneAtMs: 0 };
  const leaving: Leaving = { input, ref, retention, found };
  return [...frozen(leaving), ...kept(leaving), ...back(leaving), ...gone(leaving)];
}

function frozen({ ref, found }: Leaving): Row[] {
  const thaws = () => found.thaws;
  return [
    {
      name: 'export',
      title: 'Export rows and facts with their proofs',
      touches: 'registry',
      do: (call) => call('exportTenant', ref),
      undo: (call) => call('discardExport', ref),
    },
    {
      name: 'commit',
      title: 'Commit the freeze with its fact',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        found.facts = await call('commitOffboarding', ref, once(found, 'commit'));
        found.thaws = found.facts.length > 0;
      },
    },
    { ...signRow(() => found.facts), when: thaws },
    {
      name: 'close-identity',
      title: 'Refuse sign-in and end all sessions',
      touches: 'identity',
      settles: true,
      when: thaws,
      do: (call) => call('suspendIdentity', ref),
    },
    {
      name: 'close-route',
      title: 'Lead the host nowhere',
      touches: 'route',
      settles: true,
      when: thaws,
      do: (call) => call('suspendRoute', ref),
    },
  ];
}

function kept({ ref, retention, found }: Leaving): Row[] {
  return [
    {
      name: 'release',
      title: 'Let others work on the tenant meanwhile',
      touches: 'registry',
      do: (call) => call('releaseTenant', ref),
    },
    {
      name: 'retention',
      title: 'Keep everything until the retention ends; `revoke` takes it all back',
      touches: 'nothing',
      waits: true,
      do: () => retention.over(),
    },
    {
      name: 'decide',
      title: 'Take the tenant back from others, and ask the rule again',
      touches: 'registry',
      do: async (call) => {
        const end = { atMs: once(found, 'decide'), revoked: retention.revoked };
        await call('commitRetentionEnd', ref, end);
      },
    },
  ];
}

/** It was revoked: as unfreezing does, and the commit comes last. */
function back({ ref, retention, found }: Leaving): Row[] {
  const revoked = () => retention.revoked;
  const opens = () => retention.revoked && found.thaws;
  return [
    {
      name: 'discard-export',
      title: 'Remove the export',
      touches: 'nothing',
      when: revoked,
      do: (call) => call('discardExport', ref),
    },
    {
      name: 'open-identity',
      title: 'Allow sign-in again',
      touches: 'identity',
      settles: true,
      when: opens,
      do: (call) => call('restoreIdentity', ref),
    },
    {
      name: 'open-route',
      title: 'Lead the host to the front end again',
      touches: 'route',
      settles: true,
      when: opens,
      do: (call) => call('restoreRoute', ref),
    },
    {
      name: 'commit-return',
      title: 'Commit the state before with its fact',
      touches: 'registry',
      when: revoked,
      do: async (call) => {
        const end = { atMs: once(found, 'commit-return'), thaws: found.thaws };
        found.facts = await call('commitRevocation', ref, end);
      },
    },
    { ...signRow(() => found.facts, 'sign-return'), when: opens },
  ];
}

/** DNS first: never a name without a backend. What tells of the tenant goes after the tenant. */
function gone(leaving: Leaving): Row[] {
  const stays = leaving.retention;
  const rows = [...goneOutside(leaving), ...goneHere(leaving)];
  return rows.map((row) => ({ ...row, when: () => !stays.revoked }));
}

function goneOutside({ input, ref, found }: Leaving): Row[] {
  return [
    {
      name: 'dns',
      title: 'Remove the host from DNS',
      touches: 'dns',
      do: async (call) => {
        await call('eraseDns', ref);
        found.dnsGoneAtMs = Date.now();
      },
    },
    {
      name: 'dns-cache',
      title: 'Wait until no resolver remembers the host',
      touches: 'nothing',
      waits: true,
      do: async () => {
        const untilMs = found.dnsGoneAtMs + input.timing.waitMs['dns-cache'];
        await sleep(Math.max(1, untilMs - Date.now()));
      },
    },
    {
      name: 'route',
      title: 'Remove the route',
      touches: 'route',
      do: (call) => call('eraseRoute', ref),
    },
    {
      name: 'identity',
      title: 'Remove realm or organization, and its users',
      touches: 'identity',
      do: (call) => call('eraseIdentity', ref),
    },
    {
      name: 'database',
      title: 'Remove the tenant database',
      touches: 'database',
      do: (call) => call('eraseDatabase', ref),
    },
  ];
}

function goneHere({ ref, found }: Leaving): Row[] {
  return [
    {
      name: 'records',
      title: 'Erase export, secrets, personal data, and the key of its sagas',
      touches: 'registry',
      do: (call) => call('eraseRecords', ref),
    },
    {
      name: 'residue',
      title: 'Look for the owner mark in every system',
      touches: 'identity',
      do: (call) => call('assureNoResidue', ref),
    },
    {
      name: 'archive',
      title: 'Commit the end with its fact: the receipt',
      touches: 'registry',
      do: async (call) => {
        found.facts = await call('commitArchive', ref, once(found, 'archive'));
      },
    },
    signRow(() => found.facts, 'receipt'),
  ];
}

function once({ atMs }: Found, commit: string): number {
  const drawn = atMs.get(commit) ?? Date.now();
  atMs.set(commit, drawn);
  return drawn;
}
