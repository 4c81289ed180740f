import { Option } from 'commander';
import type { Command } from 'commander';
import { FREEZE_REASONS } from '../domain/freezing.ts';
import type { SagaBody, TenantBody } from './api-types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { followSaga } from './progress.ts';
import { formatReason } from './saga-text.ts';
import { fetchTenant, formatAccepted, formatEnded } from './tenant-text.ts';

interface Options {
  readonly wait?: boolean;
  readonly idempotencyKey?: string;
}

/** `tenure tenants freeze` and `unfreeze`. */
export function addFreezeCommands(tenants: Command, context: () => Context): void {
  const freeze = tenants
    .command('freeze <slug-or-id>')
    .description(
      'stop a tenant: data planes deny, sign-in is refused, sessions end, host is closed',
    )
    .addOption(
      new Option('--reason <reason>', 'for the audit').choices(FREEZE_REASONS).default('request'),
    )
    .addHelpText('after', FREEZE_HELP)
    .action((name: string, { reason, ...options }: Options & { reason: string }) =>
      change(name, 'cancel', { reason }, options, context()),
    );
  const unfreeze = tenants
    .command('unfreeze <slug-or-id>')
    .description('take a freeze back: the tenant is what it was before')
    .addHelpText('after', '\nExample:\n  $ tenure tenants unfreeze acme\n')
    .action((name: string, options: Options) =>
      change(name, 'unfreeze', undefined, options, context()),
    );
  for (const command of [freeze, unfreeze])
    command
      .option('--wait', 'follow the saga to its end (default when a person watches)')
      .option('--no-wait', 'return once the request is accepted')
      .option('--idempotency-key <key>', 'repeat safely: the same key has one effect');
}

const FREEZE_HELP = `
Example:
  $ tenure tenants freeze acme --reason unpaid

Data planes deny from the first step on, whatever else is down. Nothing is deleted:
tenure tenants unfreeze <slug-or-id> gives everything back but the sessions.
`;

async function change(
  name: string,
  verb: 'cancel' | 'unfreeze',
  body: unknown,
  { wait, idempotencyKey }: Options,
  context: Context,
): Promise<void> {
  const client = context.client();
  const { id } = await fetchTenant(name, client);
  const accepted = await client.post<{ tenant: TenantBody; saga: SagaBody }>(
    `/v1/tenants/${id}/${verb}`,
    body,
    idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
  );
  if (!(wait ?? context.tty)) {
    context.print(accepted, () => formatAccepted(accepted));
    return;
  }
  const saga = await followSaga({ client, saga: accepted.saga.id, show: !context.json });
  const tenant = await client.get<TenantBody>(`/v1/tenants/${id}`);
  context.print({ tenant, saga }, () => formatEnded(tenant, saga));
  if (saga.state !== 'done') throw new CliError(EXIT.refused, formatReason(saga));
}
