import { z } from 'zod';
import { FINDING_CODES, PLACES, REPAIRS } from '../../domain/reconcile/finding.ts';
import type { Report } from '../../domain/reconcile/report.ts';
import { isHealthy } from '../../domain/reconcile/report.ts';
import { formatTime, time, uuid } from '../http/schemas.ts';
import { FINDING_ADVICE } from './advice.ts';

const findingSchema = z
  .object({
    place: z.enum(PLACES),
    code: z.enum(FINDING_CODES),
    name: z.string().meta({
      description: 'The outside system’s own name of the object, a fact’s subject, or a saga.',
      example: 'acme',
    }),
    tenant: uuid('Whose it is; nil when no tenant is concerned.'),
    attribute: z
      .object({ name: z.string(), wanted: z.string(), found: z.string().nullable() })
      .nullable()
      .meta({ description: 'What differs, of `drift`.', id: 'FindingAttribute' }),
    reason: z.string().nullable().meta({ description: 'Of `unseen` and `saga-parked`.' }),
    repair: z.enum(REPAIRS).nullable().meta({
      description: 'What the doctor does about it when it is asked to; null: a person decides.',
    }),
    mended: z
      .boolean()
      .nullable()
      .meta({ description: 'Null: not known yet, or the plan alone was asked for.' }),
    whatToDo: z.string(),
  })
  .meta({ id: 'Finding' });

export const reportSchema = z
  .object({
    saga: uuid('The operation that looked.'),
    tenant: uuid('The tenant; nil: everything was looked at.'),
    repair: z.boolean().meta({ description: 'False: the plan alone was asked for.' }),
    healthy: z.boolean().meta({ description: 'Nothing is left that somebody must look at.' }),
    findings: z.array(findingSchema),
    begun: z.array(z.string()).meta({
      description: 'Sagas that reconcile tenants one by one, which a look at everything began.',
    }),
    examinedAt: time('When the first look was over.'),
  })
  .meta({ id: 'Reconciliation' });

export type ReportBody = z.input<typeof reportSchema>;

export function formatReport(report: Report): ReportBody {
  const { operation, tenant, repair, findings, begun, examinedAtMs } = report;
  return {
    ...{ saga: operation, tenant, repair, begun: [...begun], healthy: isHealthy(report) },
    findings: findings.map((finding) => {
      const { sinceMs: _since, attribute = null, reason, ...rest } = finding;
      return {
        ...{ ...rest, attribute, reason: reason?.code ?? null },
        whatToDo: FINDING_ADVICE[finding.code],
      };
    }),
    examinedAt: formatTime(examinedAtMs),
  };
}
