import { randomUUID } from 'node:crypto';
import { INCARNATION } from '../../adapters/postgres/fence.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { tenantFact } from '../../domain/fact-drafts.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Report } from '../../domain/reconcile/report.ts';
import { acceptReconcile, acceptReconcileAll } from '../../registry/accept-reconcile.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { commitStep } from '../../registry/commit.ts';
import { LOG, type World } from './saga-world.ts';

type Part = Pick<World, 'api' | 'start' | 'ended' | 'doctor' | 'row'>;

/** The doctor as an operator calls it. */
export function createDoctor(world: Part) {
  const ports = { ...world.api, clock: systemClock, ids: systemIds };
  const run = async (result: AcceptResult, over: Partial<SagaTiming> = {}): Promise<Report> => {
    if (!('operation' in result)) throw new Error(`not accepted: ${result.outcome}`);
    await world.start(result.operation, over);
    const { state, reason } = await world.ended(result.operation);
    if (state !== 'done') throw new Error(`it is ${state}: ${JSON.stringify(reason)}`);
    return reportOf(result.operation.id);
  };
  const reportOf = async (operation: string): Promise<Report> => {
    const report = await world.doctor.reconcile.findReport(operation);
    if (report === undefined) throw new Error(`no report of ${operation}`);
    return report;
  };
  const askAll = (repair: boolean) => acceptReconcileAll(ports, { actor: 'operator', repair });
  return {
    reportOf,
    askAll,
    ask: (tenant: string, repair: boolean) =>
      acceptReconcile(ports, { actor: 'operator', tenant, repair }),
    /** Looks at one tenant, and mends it unless told not to. */
    tenant: async (tenant: string, repair = true) =>
      run(await acceptReconcile(ports, { actor: 'operator', tenant, repair })),
    /** Looks at everything; the tenants one by one are waited for. */
    everything: async (repair = true, over: Partial<SagaTiming> = {}) => {
      const report = await run(await askAll(repair), over);
      const begun = await Promise.all(
        report.begun.map(async (id) => {
          const operation = await world.api.operations.findOperation(id);
          if (operation === undefined) throw new Error(`no operation ${id}`);
          await world.ended(operation);
          return reportOf(id);
        }),
      );
      return { ...report, findings: [report, ...begun].flatMap(({ findings }) => findings) };
    },
  };
}

/** As the sequencer says once it has compared the database with the log outside. */
export async function markCompared({ database }: Pick<World, 'database'>, yes = true) {
  await database.admin.query(`update log_head set incarnation = ${yes ? INCARNATION : "''"}`);
}

/** As the sagas of freezing and leaving do it: state and fact in one commit. */
export async function commitState(
  { store }: Pick<World, 'store'>,
  tenant: string,
  state: 'frozen' | 'archived',
): Promise<void> {
  const step = { operation: randomUUID(), step: 'commit', tenant, actor: 'operator' };
  await commitStep(store.commits, LOG, {
    ...{ ...step, command: {}, atMs: Date.now(), releaseLock: false },
    rule: (view) => {
      if (view.tenant === undefined) return { refused: 'tenant-not-found', message: 'gone' };
      const changed = { ...view.tenant, state } as const;
      return {
        ...{ changes: [{ type: 'tenant', tenant: changed }], audit: [] },
        facts: [tenantFact(changed)],
      };
    },
  });
}

/** What was found, as short as a test needs it. */
export function told({ findings }: Pick<Report, 'findings'>): string[] {
  return findings.map(({ place, code, attribute, repair, mended }) => {
    const what = [place, code, ...(attribute === undefined ? [] : [attribute.name])].join(' ');
    return `${what}: ${mended === true ? 'mended' : (repair ?? 'reported')}`;
  });
}
