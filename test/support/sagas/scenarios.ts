import type { Isolation } from '../../../domain/isolation.ts';
import type { SagaState } from '../../../domain/operation.ts';
import type { Effect, Fault } from './faults.ts';

/** One way for a saga to go wrong, and how it must end. */
export interface Scenario {
  readonly name: string;
  readonly isolation: Isolation;
  readonly faults: ReadonlyMap<Effect, readonly Fault[]>;
  readonly ends: Extract<SagaState, 'done' | 'unwound'>;
}

interface Row {
  readonly step: string;
  readonly does: Effect;
  readonly undoes?: Effect;
}

/** `provisionTenant` as its effects: what each step does, and what takes it back. */
export const STEPS: readonly Row[] = [
  { step: 'identity', does: 'identity.ensure', undoes: 'identity.remove' },
  { step: 'database', does: 'database.ensure', undoes: 'database.remove' },
  { step: 'route', does: 'route.ensure', undoes: 'route.remove' },
  { step: 'dns', does: 'dns.ensure', undoes: 'dns.remove' },
  { step: 'activate', does: 'store.activate' },
  { step: 'sign', does: 'facts.sign' },
  { step: 'invite-admin', does: 'identity.inviteAdmin' },
];

export const UNDOS: readonly Effect[] = [
  ...STEPS.flatMap(({ undoes }) => undoes ?? []),
  'store.undoAcceptance',
];

const LOST: Fault = { kind: 'lost' };
const REPLY_LOST: Fault = { kind: 'reply-lost' };
const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const FOREIGN: Fault = { kind: 'refused', code: 'foreign' };
const HANGS: Fault = { kind: 'hangs' };
/** The last step that can be taken back refuses: every undo runs. */
const UNWIND: [Effect, readonly Fault[]] = ['dns.ensure', [REFUSED]];

/** Every step and every compensation, each broken in every way (DESIGN 5.4, STYLE 14). */
export function everyScenario(isolation: Isolation): Scenario[] {
  const scenario = (
    name: string,
    ends: Scenario['ends'],
    ...faults: [Effect, readonly Fault[]][]
  ): Scenario => ({ name: `${isolation}: ${name}`, isolation, ends, faults: new Map(faults) });
  const forward = STEPS.flatMap(({ step, does }) => [
    scenario(`${step} is lost`, 'done', [does, [LOST]]),
    scenario(`${step} is done and its reply lost, twice`, 'done', [does, [REPLY_LOST, REPLY_LOST]]),
    scenario(`${step} takes effect after its own retry`, 'done', [
      does,
      [{ kind: 'late', after: does }],
    ]),
    scenario(`${step} hangs until its deadline`, 'done', [does, [HANGS]]),
  ]);
  const unwound = STEPS.flatMap(({ step, does, undoes }) =>
    undoes === undefined
      ? []
      : [
          scenario(`${step} is refused`, 'unwound', [does, [REFUSED]]),
          scenario(`${step} finds an object of others`, 'unwound', [does, [FOREIGN]]),
          scenario(`${step} is done, its reply lost, then refused`, 'unwound', [
            does,
            [REPLY_LOST, REFUSED],
          ]),
          scenario(`${step} takes effect after its undo`, 'unwound', [
            does,
            [{ kind: 'late', after: undoes }, REFUSED],
          ]),
          ...lateBehindSuccess(scenario, step, does, undoes),
        ],
  );
  const undos = UNDOS.flatMap((undo) => [
    scenario(`${undo} is lost`, 'unwound', UNWIND, [undo, [LOST]]),
    scenario(`${undo} is done and its reply lost, twice`, 'unwound', UNWIND, [
      undo,
      [REPLY_LOST, REPLY_LOST],
    ]),
    scenario(`${undo} takes effect after its own retry`, 'unwound', UNWIND, [
      undo,
      [{ kind: 'late', after: undo }],
    ]),
  ]);
  return [
    scenario('nothing goes wrong', 'done'),
    ...forward,
    scenario('the rule refuses the commit', 'unwound', ['store.activate', [REFUSED]]),
    ...unwound,
    ...undos,
  ];
}

/** The first attempt is late, the second succeeds, a later step is refused, then the first lands. */
function lateBehindSuccess(
  scenario: (
    name: string,
    ends: Scenario['ends'],
    ...faults: [Effect, readonly Fault[]][]
  ) => Scenario,
  step: string,
  does: Effect,
  undoes: Effect,
): Scenario[] {
  if (does === 'dns.ensure') return [];
  const late: Fault = { kind: 'late', after: undoes };
  return [
    scenario(
      `${step} succeeds again, then its first attempt lands after the undo`,
      'unwound',
      UNWIND,
      [does, [late]],
    ),
  ];
}
