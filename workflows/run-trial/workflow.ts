import { allHandlersFinished, condition } from '@temporalio/workflow';
import { CONVERT_TRIAL, EXTEND_TRIAL } from '../../domain/trials.ts';
import type { ConvertTrial, ExtendTrial } from '../../domain/trials.ts';
import { signing } from '../shared/commit-and-sign.ts';
import type { CommittedFact, SagaInput, SigningActivities } from '../shared/contract.ts';
import { commandRefused } from '../shared/failures.ts';
import { receive } from '../shared/message.ts';
import { runSaga } from '../shared/saga.ts';
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
  await runSaga(input, table(input, course));
  await condition(allHandlersFinished);
}

export function steps(input: SagaInput) {
  return table(input, new Course(input));
}

function table(
  { operation, tenant, timing }: SagaInput,
  course: Course,
): readonly Step<TrialActivities & SigningActivities>[] {
  const ref = { operation, tenant };
  /** Times of the commits, drawn once: a retry writes the same bytes. */
  const at = { begin: 0, end: 0 };
  let ended: readonly CommittedFact[] = [];
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
      touches: 'mail',
      waits: true,
      do: (call) => course.run(call),
    },
    {
      name: 'end',
      title: 'Freeze the tenant, with its fact',
      touches: 'registry',
      when: () => course.outcome === 'over',
      do: async (call) => {
        at.end ||= Date.now();
        ended = await call('endTrial', ref, at.end);
      },
    },
    signing(() => [...course.facts, ...ended]),
  ];
}
