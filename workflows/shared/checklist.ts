import type { StepProgress } from '../../domain/operation.ts';
import type { Checklist } from './contract.ts';

const SIGNS: Record<StepProgress['state'], string> = {
  pending: '☐',
  running: '▶',
  waiting: '⏳',
  done: '☑',
  skipped: '–',
  failed: '✗',
  parked: '⏸',
  undone: '↩',
};

/** Markdown for "current details" in the Temporal UI: each step, why it waits, what to do. */
export function formatChecklist(view: Checklist): string {
  const lines = [`**${view.state}**`, '', ...view.steps.map(formatStep)];
  const advice = adviceOf(view);
  return advice === undefined ? lines.join('\n') : [...lines, '', advice].join('\n');
}

function formatStep({ name, state, startedAtMs, endedAtMs }: StepProgress): string {
  const ended = startedAtMs !== undefined && endedAtMs !== undefined;
  const took = ended ? ` (${endedAtMs - startedAtMs} ms)` : '';
  return `- ${SIGNS[state]} \`${name}\` ${state}${took}`;
}

function adviceOf({ state, reason }: Checklist): string | undefined {
  if (reason === null) return undefined;
  const why = `Step \`${reason.step}\`: ${reason.message} (\`${reason.code}\`)`;
  if (state === 'parked' || state === 'unwinding') {
    const todo =
      'Mend the cause: the saga then goes on by itself. After the third stop for one cause it ' +
      'waits for `tenure sagas resume`. `tenure sagas unwind` takes everything back, until the ' +
      'change is committed.';
    return `${why}\n\n${todo}`;
  }
  return why;
}
