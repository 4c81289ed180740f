import { originOf } from '../domain/host.ts';
import { provisionInputOf } from '../domain/requests.ts';
import { uuidV5 } from '../facts/crypto/ids.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { OperationStore, TenantReader } from '../ports/registry-store.ts';

export interface TrialReminderPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly notifier: Notifier;
}

export interface TrialReminder {
  readonly operation: string;
  readonly tenant: string;
  /** The `provisionTenant` whose row has the first admin's address. */
  readonly provisionedBy: string;
  readonly endsAtMs: number;
  /** The how manieth of this trial. */
  readonly reminder: number;
}

/** Tells the first admin when the trial ends. A tenant that is not on trial hears nothing. */
export async function remindOfTrial(
  { operations, tenants, notifier }: TrialReminderPorts,
  { operation, tenant: id, provisionedBy, endsAtMs, reminder }: TrialReminder,
  signal: AbortSignal,
): Promise<void> {
  const [tenant, provisioned] = await Promise.all([
    tenants.findTenant(id),
    operations.findOperation(provisionedBy),
  ]);
  if (provisioned === undefined) throw new Error(`no operation ${provisionedBy}`);
  if (tenant?.state !== 'trial') return;
  const { adminEmail: to } = provisionInputOf(provisioned.input);
  const { displayName, host } = tenant;
  const notice = { id: uuidV5(operation, `reminder/${reminder}`), tenant: id, kind: 'trial' };
  const subject = `The trial of ${displayName} ends on ${dayOf(endsAtMs)}`;
  await notifier.send(
    { ...notice, to, subject, text: textOf(displayName, host, endsAtMs) },
    signal,
  );
}

function textOf(displayName: string, host: string, endsAtMs: number): string {
  return [
    `The trial of ${displayName} (${originOf(host)}) ends on ${dayOf(endsAtMs)},`,
    `at ${timeOf(endsAtMs)} UTC. Then it is frozen: nobody can work in it, and nothing is lost.`,
    '',
    'To go on, choose a plan before that day.',
    '',
  ].join('\n');
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
