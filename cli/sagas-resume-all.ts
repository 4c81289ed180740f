import { fetchAll } from './all-pages.ts';
import type { SagaBody } from './api-types.ts';
import type { Client } from './client.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';

/** An outage parks many at once; the system that just came back is not to fall over them. */
const AT_ONCE = 4;

interface Told {
  readonly saga: SagaBody;
  /** Undefined: it was told. */
  readonly refusal: string | undefined;
}

/**
 * Tells every parked saga to try again, a few at a time: after an outage. One that has gone on by
 * itself meanwhile says so; the others are told all the same.
 */
export async function resumeAllParked(reason: string | undefined, context: Context): Promise<void> {
  const client = context.client();
  const all = await fetchAll(client, '/v1/sagas', rowsOf, { state: 'parked' });
  const parked = all.filter((saga) => reason === undefined || saga.reason?.code === reason);
  const told: Told[] = [];
  const waiting = [...parked];
  const serve = async () => {
    for (let saga = waiting.shift(); saga !== undefined; saga = waiting.shift())
      told.push({ saga, refusal: await resume(client, saga) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, serve));
  const rows = told.map(({ saga, refusal }) => ({
    ...{ saga: saga.id, kind: saga.kind, step: saga.step, reason: saga.reason?.code ?? null },
    outcome: refusal ?? 'resumed',
  }));
  context.print({ sagas: rows }, () =>
    rows.length === 0
      ? 'No saga is parked for that.'
      : formatTable(
          ['SAGA', 'KIND', 'STEP', 'REASON', 'OUTCOME'],
          rows.map((row) => [row.saga, row.kind, row.step ?? '', row.reason ?? '', row.outcome]),
        ),
  );
  const refused = told.filter(({ refusal }) => refusal !== undefined).length;
  if (refused > 0) throw new CliError(EXIT.refused, `${refused} of ${told.length} were not told.`);
}

const rowsOf = ({ sagas }: { readonly sagas: readonly SagaBody[] }) => sagas;

/** Gives the refusal; an API that does not answer ends the command. */
async function resume(client: Client, { id }: SagaBody): Promise<string | undefined> {
  try {
    await client.post(`/v1/sagas/${id}/resume`);
    return undefined;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.refused) return error.message;
    throw error;
  }
}
