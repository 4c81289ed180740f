import { allHandlersFinished, condition } from '@temporalio/workflow';
import { CONVERT_TRIAL, EXTEND_TRIAL } from '../../domain/trials.ts';
import type { ConvertTrial, ExtendTrial } from '../../domain/trials.ts';
import type { SagaInput, SigningActivities } from '../shared/contract.ts';
import { commandRefused } from '../shared/failures.ts';
import { receive } from '../shared/message.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { TrialActivities } from './contract.ts';
import { Course } from './course.ts';

/**
 * Ends a trial when its time is over, unless it was sold before. It holds no lock while it waits:
 * the rule of each of its commits looks again at what became of the tenant.
 */
export async function runTrial(input: SagaInput): Promise<void> {
  const course = new Course(input);
  const check = (holds: boolean) => {
    if (!holds) throw commandRefused('The message lacks what it shall say.');
    course.assureOpen();
  };
  receive<ExtendTrial>(
    EXTEND_TRIAL,
    (told?: Partial<ExtendTrial>) => check(Number.isSafeInteger(told?.endsAtMs)),
    (told) => course.ask(told),
  );
  receive<ConvertTrial>(
    CONVERT_TRIAL,
    (told?: Partial<ConvertTrial>) => check(typeof told?.plan === 'string'),
    (told) => course.ask(told),
  );
  await runSaga(input, steps(input, course));
  await condition(allHandlersFinished);
}

/** The table: what a new run does. */
export function steps(
  input: SagaInput,
  course = new Course(input),
): readonly Step<TrialActivities & SigningActivities>[] {
  const { operation, tenant, timing } = input;
  const ref = { operation, tenant };
  /** Times of the commits, drawn once: a retry writes the same bytes. */
  const at = { begin: 0, end: 0 };
  return [
    {
      name: 'begin',
      title: 'Write down when the trial ends',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        at.begin ||= Date.now();
        const endsAtMs = at.begin + timing.waitMs.trial;
        await call('beginTrial', ref, at.begin, endsAtMs);
        course.begin(at.begin, endsAtMs);
      },
    },
    {
      name: 'trial',
      title: 'Wait for its end, or its sale; remind before',
      // Mails go out beside it: none that fails stops it.
      touches: 'registry',
      waits: true,
      do: (call) => course.run(call),
    },
    {
      name: 'end',
      title: 'Commit the end, and the saga that freezes the tenant',
      touches: 'registry',
      when: () => course.outcome === 'over',
      do: async (call) => {
        at.end ||= Date.now();
        await call('endTrial', ref, at.end);
      },
    },
    signRow(() => course.facts),
  ];
}
