import type { Effect } from './faults.ts';
import { STEPS, UNDOS } from './scenarios.ts';

export interface Kill {
  readonly name: string;
  /** `before dns.ensure`: the moment at which the worker dies. */
  readonly at: string;
  /** The saga is refused at its last step that can be taken back. */
  readonly unwinds: boolean;
}

const MOMENTS = { before: 'before it', after: 'after it, before its report, at' } as const;

/** Before each effect and after it, at every step and every compensation. */
export function everyKill(): Kill[] {
  const at = (effect: Effect, unwinds: boolean): Kill[] =>
    (['before', 'after'] as const).map((moment) => ({
      name: `${MOMENTS[moment]} ${effect}`,
      at: `${moment} ${effect}`,
      unwinds,
    }));
  return [
    ...STEPS.flatMap(({ does }) => at(does, false)),
    ...UNDOS.flatMap((effect) => at(effect, true)),
  ];
}
