import type { Command } from 'commander';
import type { FindingBody, ReconciliationBody, SagaBody } from './api-types.ts';
import type { Client } from './client.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';
import { followSaga } from './progress.ts';
import { formatReason } from './saga-text.ts';
import { fetchTenant } from './tenant-text.ts';

export function addDoctorCommand(program: Command, context: () => Context): void {
  program
    .command('doctor [slug-or-id]')
    .description('compare a tenant, or everything, with what is really there')
    .option('--repair', 'mend what is ours (default: show the plan)')
    .addHelpText('after', EXAMPLES)
    .action((tenant: string | undefined, { repair = false }: { repair?: boolean }) =>
      examine(tenant, repair, context()),
    );
}

const EXAMPLES = `
Examples:
  $ tenure doctor                  what is out of place, everywhere
  $ tenure doctor acme --repair    mend one tenant

Exit code 1: something was found that is not mended. What does not carry our mark is never touched.
`;

async function examine(tenant: string | undefined, repair: boolean, context: Context) {
  const client = context.client();
  const path = tenant === undefined ? '' : `/tenants/${(await fetchTenant(tenant, client)).id}`;
  const { saga } = await client.post<{ saga: SagaBody }>(`/v1${path}/reconcile`, { repair });
  const first = await reportOf(client, saga.id, !context.json);
  // A look at everything has each tenant looked at by a saga of its own.
  const others = await Promise.all(first.begun.map((id) => reportOf(client, id, false)));
  const reports = [first, ...others];
  const findings = reports.flatMap((report) => report.findings);
  context.print({ reports }, () => formatFindings(findings, others.length));
  if (reports.some(({ healthy }) => !healthy)) {
    const left = findings.filter(({ mended }) => mended !== true).length;
    throw new CliError(EXIT.refused, `${left} found that ${left === 1 ? 'is' : 'are'} not mended.`);
  }
}

async function reportOf(client: Client, id: string, show: boolean): Promise<ReconciliationBody> {
  const saga = await followSaga({ client, saga: id, show });
  if (saga.state !== 'done') throw new CliError(EXIT.refused, formatReason(saga));
  return client.get<ReconciliationBody>(`/v1/reconciliations/${id}`);
}

function formatFindings(findings: readonly FindingBody[], tenants: number): string {
  const looked = tenants === 0 ? '' : ` Tenants that were looked at one by one: ${tenants}.`;
  if (findings.length === 0) return `Nothing is out of place.${looked}`;
  const rows = findings.map((finding) => [
    ...[finding.place, finding.code, finding.name, whatOf(finding), outcomeOf(finding)],
  ]);
  const advice = new Map(
    findings
      .filter(({ mended }) => mended !== true)
      .map(({ code, whatToDo }) => [code, `${code}: ${whatToDo}`]),
  );
  const table = formatTable(['WHERE', 'FOUND', 'NAME', 'WHAT', 'OUTCOME'], rows);
  return [table, ...advice.values()].join('\n\n');
}

function whatOf({ attribute, reason }: FindingBody): string {
  if (attribute === null) return reason ?? '';
  return `${attribute.name}: ${attribute.found ?? 'nothing'}, not ${attribute.wanted}`;
}

function outcomeOf({ mended, repair }: FindingBody): string {
  if (mended === true) return 'mended';
  if (repair === null) return 'reported';
  return mended === null ? `would ${repair}` : 'not mended';
}
