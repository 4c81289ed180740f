import type { Command } from 'commander';
import type { SagaBody, TenantBody } from './api-types.ts';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { followSaga } from './progress.ts';
import { formatReason } from './saga-text.ts';
import { formatAccepted, formatEnded } from './tenant-text.ts';

interface Accepted {
  readonly tenant: TenantBody;
  readonly saga: SagaBody;
}

/** Options of every request whose saga works on a tenant. */
export interface TenantRequestOptions {
  readonly wait?: boolean;
  readonly idempotencyKey?: string;
}

export function addRequestOptions(command: Command): void {
  command
    .option('--wait', 'follow the saga to its end (default when a person watches)')
    .option('--no-wait', 'return once the request is accepted');
  addKeyOption(command);
}

export function addKeyOption(command: Command): void {
  command.option('--idempotency-key <key>', 'repeat safely: the same key has one effect');
}

/** Prints what was accepted, or follows its saga and prints how it ended. */
export async function requestTenant(
  path: string,
  body: unknown,
  { wait, idempotencyKey }: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const client = context.client();
  const headers = keyHeader(idempotencyKey);
  const accepted = await client.post<Accepted>(path, body, headers);
  if (!(wait ?? context.tty)) {
    context.print(accepted, () => formatAccepted(accepted));
    return;
  }
  const saga = await followSaga({ client, saga: accepted.saga.id, show: !context.json });
  const tenant = await client.get<TenantBody>(`/v1/tenants/${accepted.tenant.id}`);
  context.print({ tenant, saga }, () => formatEnded(tenant, saga));
  // Waiting is no fault: for a date, until which nothing is to be done.
  if (saga.state !== 'done' && saga.state !== 'waiting')
    throw new CliError(EXIT.refused, formatReason(saga));
}
