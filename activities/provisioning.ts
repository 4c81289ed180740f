import { provisionInputOf } from '../domain/requests.ts';
import type { ProvisionInput } from '../domain/requests.ts';
import { activateTenant } from '../domain/provisioning.ts';
import { originOf } from '../domain/host.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { Call } from '../ports/call.ts';
import type { Dns } from '../ports/dns.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { MailCatcher } from '../ports/mail-catcher.ts';
import type { Operation, OperationStore } from '../ports/registry-store.ts';
import type { Routes } from '../ports/routes.ts';
import { INVITE_LINK_SECRET } from '../ports/secrets.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import { identityRequestOf } from '../registry/identity-request.ts';
import type { ProvisioningActivities } from '../workflows/provision-tenant/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

/** How long a caught mail is waited for before the saga goes on without showing its link. */
const CATCH_MAIL_MS = 5_000;

export interface ProvisioningPorts extends CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly secrets: Secrets;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  readonly databases: TenantDatabase;
  readonly routes: Routes;
  readonly dns: Dns;
  /** Outside production only. */
  readonly mailCatcher: MailCatcher | undefined;
  readonly report: Report;
}

interface Attempt {
  readonly operation: Operation;
  readonly input: ProvisionInput;
  readonly call: Call;
}

/** Each checks its input, calls one port or use case and translates the failure. Nothing else. */
export function createProvisioningActivities(ports: ProvisioningPorts): ProvisioningActivities {
  const step = <T>(ref: SagaRef, work: (attempted: Attempt) => Promise<T>) =>
    attempt(ports.report, async (signal) => {
      const operation = await readOperation(ports.operations, ref);
      const input = provisionInputOf(operation.input);
      return work({ operation, input, call: callOf(ports, ref, signal) });
    });
  const undo = async (ref: SagaRef, work: (attempted: Attempt) => Promise<void>) => {
    await step(ref, work);
  };
  const { identity, databases, routes, dns } = ports;
  return {
    identity: (ref) => step(ref, (attempted) => ensureIdentity(ports, attempted)),
    removeIdentity: (ref) =>
      undo(ref, ({ input, call }) => identity[input.isolation].remove(input.slug, call)),
    database: (ref) => step(ref, ({ call }) => databases.ensure(call)),
    removeDatabase: (ref) => undo(ref, ({ call }) => databases.remove(call)),
    route: (ref) => step(ref, ({ input, call }) => routes.ensure(input, call)),
    removeRoute: (ref) => undo(ref, ({ input, call }) => routes.remove(input.slug, call)),
    dns: (ref) => step(ref, ({ input, call }) => dns.ensure(input.host, call)),
    removeDns: (ref) => undo(ref, ({ input, call }) => dns.remove(input.host, call)),
    activate: (ref, { atMs, ...found }) =>
      step(ref, ({ operation, input }) =>
        commitFacts(ports, {
          operation: ref.operation,
          step: 'activate',
          tenant: ref.tenant,
          actor: operation.actor,
          rule: activateTenant,
          command: {
            ...{ tenant: ref.tenant, adminMember: input.adminMember, ...found },
            ...trialOf(operation, input),
          },
          atMs,
          releaseLock: true,
        }),
      ),
    inviteAdmin: (ref) => step(ref, (attempted) => inviteAdmin(ports, attempted)),
  };
}

/** Absent where none was asked for, so that commands of earlier versions stay what they were. */
function trialOf({ id, actor }: Operation, { trialOperation }: ProvisionInput) {
  if (trialOperation === undefined) return {};
  return { trial: { operation: trialOperation, actor, provisionedBy: id } };
}

async function ensureIdentity(ports: ProvisioningPorts, { input, call }: Attempt) {
  const request = await identityRequestOf(ports.secrets, call.owner.tenant, input);
  const { issuer, adminSub } = await ports.identity[input.isolation].ensure(request, call);
  return { issuer, adminSub };
}

async function inviteAdmin(ports: ProvisioningPorts, { input, call }: Attempt): Promise<void> {
  const { slug, host, adminEmail, adminUserId, isolation } = input;
  const request = { slug, origin: originOf(host), adminEmail, adminUserId };
  await ports.identity[isolation].inviteAdmin(request, call);
  if (ports.mailCatcher === undefined) return;
  const soon = AbortSignal.any([call.signal, AbortSignal.timeout(CATCH_MAIL_MS)]);
  const link = await ports.mailCatcher.findLink(adminEmail, soon);
  if (link !== undefined) await ports.secrets.put(call.owner.tenant, INVITE_LINK_SECRET, link);
}
