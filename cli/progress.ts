import { setTimeout as sleep } from 'node:timers/promises';
import { Listr } from 'listr2';
import type { SagaBody } from './api-types.ts';
import type { Client } from './client.ts';
import { CliError, EXIT } from './errors.ts';

const POLL_MS = 100;

export interface FollowOptions {
  readonly client: Client;
  readonly saga: string;
  /** A live list for people; otherwise nothing is printed. */
  readonly show: boolean;
}

/** Waits until the saga has ended or waits for someone, and gives it as it is then. */
export async function followSaga(options: FollowOptions): Promise<SagaBody> {
  const { client, saga: id, show } = options;
  const watch = createWatch(client, id);
  const first = await watch.until((saga) => saga.steps.length > 0 || isAtRest(saga));
  if (show && first.steps.length > 0) await showSteps(first, watch);
  return watch.until(isAtRest);
}

/** Done, unwound, parked or waiting: nothing more happens without someone else. */
export function isAtRest({ state }: SagaBody): boolean {
  return state === 'done' || state === 'unwound' || state === 'parked' || state === 'waiting';
}

interface Watch {
  /** Asks again and again; gives the first answer that `reached` accepts. */
  until(reached: (saga: SagaBody) => boolean): Promise<SagaBody>;
}

function createWatch(client: Client, id: string): Watch {
  return {
    until: async (reached) => {
      for (;;) {
        const saga = await client.get<SagaBody>(`/v1/sagas/${id}`);
        if (reached(saga)) return saga;
        await sleep(POLL_MS);
      }
    },
  };
}

async function showSteps(first: SagaBody, watch: Watch): Promise<void> {
  const list = new Listr(
    first.steps.map(({ name }) => ({
      title: name,
      task: async (_context: unknown, task: { title: string; output: string }) => {
        const saga = await watch.until((now) => {
          if (now.step === name && (now.attempts ?? 1) > 1)
            task.output = `attempt ${now.attempts}: ${now.reason?.code ?? 'no answer yet'}`;
          return isAtRest(now) || stateOf(now, name) === 'done';
        });
        const step = saga.steps.find((one) => one.name === name);
        const done = saga.state === 'done' || step?.state === 'done';
        if (!done) throw new CliError(EXIT.refused, `${name} ${saga.state}`);
        task.title = step?.ms == null ? name : `${name}  ${step.ms} ms`;
      },
    })),
    { exitOnError: true, rendererOptions: { showErrorMessage: false } },
  );
  // Why it stopped is told once, by the caller, with what to do.
  await list.run().catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    if (error.exitCode !== EXIT.refused) throw error;
  });
}

function stateOf(saga: SagaBody, name: string): string | undefined {
  return saga.steps.find((step) => step.name === name)?.state;
}
