/** Runs `work`; tells the person about it when it takes longer than two seconds. */
export type Progress = <T>(what: string, work: () => Promise<T>) => Promise<T>;

export const quiet: Progress = (_what, work) => work();

const PATIENCE_MS = 2_000;
const TTY_REFRESH_MS = 1_000;
/** Without a terminal a line each second would fill the log. */
const LOG_REFRESH_MS = 15_000;

type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown };
type Step = { what: string; startedAt: number };

/** Progress on `output`: one rewritten line on a terminal, plain lines elsewhere. */
export function createProgress(output: Output = process.stderr): Progress {
  const shown = new Set<Step>();
  const tty = output.isTTY === true;

  const rewrite = () => {
    const line = [...shown].map((step) => `${step.what} … ${seconds(step)} s`).join(', ');
    output.write(`\r\u001b[2K${line.slice(0, (output.columns ?? 100) - 1)}`);
  };
  const show = (step: Step) => {
    shown.add(step);
    if (tty) rewrite();
    else output.write(`${step.what} … ${seconds(step)} s\n`);
  };
  const finish = (step: Step, ending: string) => {
    if (!shown.delete(step)) return;
    output.write(`${tty ? '\r\u001b[2K' : ''}${step.what}: ${ending} after ${seconds(step)} s\n`);
    if (tty && shown.size > 0) rewrite();
  };

  return async (what, work) => {
    const step = { what, startedAt: performance.now() };
    let timer = setTimeout(function tick() {
      show(step);
      timer = setTimeout(tick, tty ? TTY_REFRESH_MS : LOG_REFRESH_MS);
    }, PATIENCE_MS);
    try {
      const result = await work();
      finish(step, 'done');
      return result;
    } catch (error) {
      finish(step, 'failed');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

function seconds(step: Step): number {
  return Math.round((performance.now() - step.startedAt) / 1_000);
}
