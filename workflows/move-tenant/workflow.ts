import { sleep } from '@temporalio/workflow';
import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { Moved, MovingActivities } from './contract.ts';

type Row = Step<MovingActivities & SigningActivities>;

/** What one step finds out and a later one needs; drawn once, so that a retry writes the same. */
interface Found {
  moved: Moved;
  late: Moved | undefined;
  atMs: number;
  lateAtMs: number;
  facts: readonly CommittedFact[];
  closedAtMs: number;
}

/**
 * Moves a tenant into the other isolation mode. Until the commit it lives where it was, and what
 * was made in the other place can go again; from the commit on it lives there, and what is left
 * behind is closed at once and removed when nothing that it signed is taken any more.
 */
export async function moveTenant(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

/** The table: what a new run does. */
export function steps(input: SagaInput): readonly Row[] {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  const found: Found = {
    ...{ moved: { from: '', issuer: '', subs: {} }, late: undefined },
    ...{ atMs: 0, lateAtMs: 0, facts: [], closedAtMs: 0 },
  };
  return [...over(ref, found), ...settled(ref, found), ...leftBehind(input, ref, found)];
}

function over(ref: SagaRef, found: Found): Row[] {
  return [
    {
      name: 'target',
      title: 'Create realm or organization in the other mode, with all members',
      touches: 'identity',
      // Behind the commit members change there: nothing of before may land on that.
      settles: true,
      do: async (call) => {
        found.moved = await call('prepareTarget', ref);
      },
      undo: (call) => call('removeTarget', ref),
    },
    {
      name: 'commit',
      title: 'Commit the mode and the new identities with their facts',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        found.atMs ||= Date.now();
        found.facts = await call('commitMove', ref, { ...found.moved, atMs: found.atMs });
      },
    },
    signRow(() => found.facts),
  ];
}

/** Closed first: who joins after that joins in the new place. */
function settled(ref: SagaRef, found: Found): Row[] {
  return [
    {
      name: 'close-source',
      title: 'Refuse sign-in where the tenant was, and end the sessions there',
      touches: 'identity',
      settles: true,
      do: async (call) => {
        await call('closeSource', ref);
        found.closedAtMs = Date.now();
      },
    },
    {
      name: 'members',
      title: 'Give each member the place of its roles; take along who joined meanwhile',
      touches: 'identity',
      // Changes of membership hold no lock.
      settles: 'again',
      do: async (call) => {
        found.late = await call('settleMembers', ref, found.moved);
      },
    },
    {
      name: 'latecomers',
      title: 'Commit the new identities of who joined meanwhile',
      touches: 'registry',
      do: async (call) => {
        found.lateAtMs ||= Date.now();
        const late = found.late ?? found.moved;
        found.facts = await call('commitLatecomers', ref, { ...late, atMs: found.lateAtMs });
      },
    },
    signRow(() => found.facts, 'sign-latecomers'),
    {
      name: 'welcome',
      title: 'Mail a way to a password to members who cannot sign in yet',
      touches: 'mail',
      // The sign-in page has that way too.
      mayFail: true,
      do: (call) => call('welcomeMembers', ref),
    },
  ];
}

function leftBehind(input: SagaInput, ref: SagaRef, found: Found): Row[] {
  return [
    {
      name: 'old-tokens',
      title: 'Wait until no token of the place before is taken any more',
      touches: 'nothing',
      waits: true,
      do: async () => {
        const untilMs = found.closedAtMs + input.timing.waitMs['old-tokens'];
        await sleep(Math.max(1, untilMs - Date.now()));
      },
    },
    {
      name: 'source',
      title: 'Remove realm or organization where the tenant was',
      touches: 'identity',
      // Who moves back would make it anew.
      settles: true,
      do: (call) => call('removeSource', ref),
    },
  ];
}
