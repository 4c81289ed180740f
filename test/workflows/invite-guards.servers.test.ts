import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aTenant, createInviting, mailsTo } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { sagaBundle, type Mutation } from '../support/sagas/bundle.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';

const WORLD_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const REAL_WITHIN_MS = 30_000;
/** Long enough for what would happen, had it not been switched off. */
const MUTANT_WITHIN_MS = 6_000;

interface Subject {
  readonly world: FaultyWorld;
  readonly plan: FaultPlan;
  readonly withinMs: number;
}

interface Guard {
  readonly guard: string;
  readonly off: Mutation;
  /** What the claim then says. */
  readonly fails: RegExp;
  claim(subject: Subject): Promise<void>;
}

const GUARDS: readonly Guard[] = [
  {
    guard: 'a step that parks ends when nobody needs it any more',
    off: {
      file: 'workflows/shared/saga.ts',
      text: '...(step.until === undefined ? {} : { until: () => neededNoMore(run, step) }),',
      by: '',
    },
    fails: /is done,unwound/,
    claim: async ({ world, plan, withinMs }) => {
      const people = createInviting(world);
      const { tenant } = await aTenant(world);
      const operation = await people.accepted(tenant, `bob@${tenant}.test`);
      plan.down.add('notifier'); // the probe too: nothing else ends the wait
      await world.start(operation, { ...people.patient, retryBudgetMs: 2_000 });
      await world.parked(operation, { step: 'mail', code: 'notifier.unavailable' });
      await people.revoke(operation);
      const ended = world.ended(operation, withinMs);
      expect((await ended.finally(() => plan.down.delete('notifier'))).state).toBe('done');
    },
  },
  {
    guard: 'what the saga is told counts as what the row says',
    off: {
      file: 'workflows/invite-member/invitation.ts',
      text: `this.#over = !(await call('isInvitationPending', this.#ref));`,
      by: 'this.#over = true;',
    },
    fails: /2 mails to|has ended|does not know this saga/,
    claim: async ({ world }) => {
      const people = createInviting(world);
      const { tenant } = await aTenant(world);
      const operation = await people.invite(tenant, `bob@${tenant}.test`);
      await world.reached(operation, ['waiting']);
      const { id } = operation;
      await world.engine.update(id, 'inviteMember', {
        ...{ name: 'revoke', told: { invitation: id }, id: 'by-hand' },
      });
      // A resend that is heard afterwards shows that the first message was dealt with.
      await people.resend(operation, 'again');
      await mailsTo(world.outside.notifier, `bob@${tenant}.test`, 2);
      expect(await people.row(operation)).toMatchObject({ state: 'pending' });
    },
  },
];

async function subject(plan: FaultPlan, withinMs: number, off?: Mutation): Promise<Subject> {
  const bundle = await sagaBundle(off);
  const world = await startFaultyWorld(plan, { bundle, outside: memoryOutside() });
  return { world, plan, withinMs };
}

let real: Subject;
beforeAll(async () => {
  real = await subject(new FaultPlan(), REAL_WITHIN_MS);
}, WORLD_WITHIN_MS);
afterAll(() => real.world.close());

describe.each(GUARDS)('$guard', ({ off, fails, claim }) => {
  test('holds', () => claim(real), TEST_WITHIN_MS);

  test(
    'without it the same claim fails',
    async () => {
      const mutant = await subject(new FaultPlan(), MUTANT_WITHIN_MS, off);
      try {
        await expect(claim(mutant)).rejects.toThrow(fails);
      } finally {
        await mutant.world.close();
      }
    },
    TEST_WITHIN_MS,
  );
});
