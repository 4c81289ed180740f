import type { AuditDraft } from '../domain/decision.ts';
import { settle, type Finding, type Place } from '../domain/reconcile/finding.ts';
import { reconcileInputOf } from '../domain/reconcile/input.ts';
import { systemsToMend } from '../domain/reconcile/plan.ts';
import type { Report } from '../domain/reconcile/report.ts';
import { planRows, restoreRows } from '../domain/reconcile/rows.ts';
import type { Call } from '../ports/call.ts';
import type { Operation } from '../ports/registry-store.ts';
import { canonicalHash } from './canonical-json.ts';
import type { DoctorPorts } from './doctor-ports.ts';
import { examineTenant, withChain } from './examine-tenant.ts';

/** Makes and keeps the plan; gives where something is to be mended, if that was asked. */
export async function planReconcile(
  ports: DoctorPorts,
  operation: Operation,
  call: Call,
  nowMs: number,
): Promise<Place[]> {
  const { repair, uncompared } = await mayRepair(ports, operation);
  const findings = [...uncompared, ...(await examineTenant(ports, call))];
  await ports.reconcile.keep(toReport(operation, repair, findings, nowMs));
  if (!repair) return [];
  const rows = findings.some((finding) => finding.repair === 'restore');
  return [...systemsToMend(findings), ...(rows ? ['registry' as const] : [])];
}

/**
 * What may be a restored backup does not know who has left since: to repair by it would bring them
 * back. Until it was compared with the log outside, the plan alone is made, and says so.
 */
export async function mayRepair(
  { reconcile }: Pick<DoctorPorts, 'reconcile'>,
  { tenant, input }: Operation,
): Promise<{ readonly repair: boolean; readonly uncompared: readonly Finding[] }> {
  const { repair } = reconcileInputOf(input);
  if (await reconcile.isCompared()) return { repair, uncompared: [] };
  const reason = { code: 'log-not-compared', step: 'registry' };
  const about = { place: 'registry', code: 'unseen', name: 'log', tenant } as const;
  return { repair: false, uncompared: [{ ...about, repair: null, reason }] };
}

/** Rows go back to what the facts say, in one transaction under the head lock; makes no fact. */
export async function mendRows(
  ports: DoctorPorts,
  operation: Operation,
  atMs: number,
): Promise<void> {
  const { id, tenant, actor } = operation;
  await withChain(ports, tenant, async (transaction, { held, live }) => {
    if ((await transaction.findCommit(id, 'registry')) !== undefined) return;
    const findings = planRows(tenant, held, live);
    const audit = findings.filter(({ repair }) => repair !== null).map(auditOf);
    await transaction.apply(restoreRows(findings, held, live));
    await transaction.appendAudit(
      audit.map((row) => ({ ...row, tenant, actor, operation: id })),
      atMs,
    );
    const commandHash = canonicalHash(tenant);
    await transaction.saveCommit(
      { operation: id, step: 'registry', commandHash, facts: [] },
      false,
    );
  });
}

/** Looks again, and keeps what became of each finding; here the tenant's lock ends. */
export async function settleReconcile(
  ports: DoctorPorts,
  operation: Operation,
  call: Call,
  atMs: number,
): Promise<void> {
  const { id, tenant, actor } = operation;
  const kept = await ports.reconcile.findReport(id);
  if (kept === undefined) throw new Error(`no report of ${id}`);
  const findings = settle(kept.findings, await examineTenant(ports, call));
  await ports.reconcile.keep({ ...kept, findings });
  await ports.reconcile.transact(tenant, async (transaction) => {
    if ((await transaction.findCommit(id, 'verify')) !== undefined) return;
    // Rows were written into the audit with their restoring.
    const outside = findings.filter(({ mended, place }) => mended && place !== 'registry');
    await transaction.appendAudit(
      outside.map((finding) => ({ ...auditOf(finding), tenant, actor, operation: id })),
      atMs,
    );
    const commandHash = canonicalHash(tenant);
    await transaction.saveCommit({ operation: id, step: 'verify', commandHash, facts: [] }, true);
  });
}

export function toReport(
  { id, tenant }: Operation,
  repair: boolean,
  findings: readonly Finding[],
  examinedAtMs: number,
): Report {
  // What nobody mends is not mended; of the rest the second look tells.
  const found = findings.map((finding) => ({
    ...finding,
    mended: repair && finding.repair === null ? false : null,
  }));
  return { operation: id, tenant, repair, findings: found, begun: [], examinedAtMs };
}

/** What was found and mended; values stay in the report. */
export function auditOf({ place, code, name, attribute }: Finding): AuditDraft {
  const detail = { code, name, ...(attribute && { attribute: attribute.name }) };
  return { action: `${place}.reconciled`, target: `${place}:${name}`, detail };
}
