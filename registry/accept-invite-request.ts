import { checkEmail } from '../domain/email.ts';
import { isOpen } from '../domain/refusals.ts';
import type { InviteInput } from '../domain/requests.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import {
  idempotencyOf,
  roleProblems,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptProblem,
  type AcceptResult,
} from './accept.ts';

export interface InvitePorts extends AcceptPorts {
  readonly invitations: Pick<InvitationStore, 'findMemberByEmail'>;
}

export interface InviteRequest extends AcceptCaller {
  readonly tenant: string;
  readonly email: string;
  /** Tenant-scoped roles that the invited person shall have. */
  readonly roles: readonly string[];
}

/**
 * Accepts an `inviteMember`: the invitation has the operation's id and is pending from here on, one
 * for an address. Its address goes into its row and nowhere else.
 */
export async function acceptInviteRequest(
  ports: InvitePorts,
  request: InviteRequest,
): Promise<AcceptResult> {
  const { tenant, email, actor } = request;
  const roles = [...new Set(request.roles)].toSorted();
  const keyed = idempotencyOf(request, { tenant, email, roles });
  const refusal = await refuse(ports, request);
  if (refusal !== undefined) return unlessReplayed(ports.operations, keyed, refusal);
  const id = ports.ids.uuid();
  const input: InviteInput = { member: ports.ids.uuid(), roles };
  return ports.operations.accept({
    operation: { id, kind: 'inviteMember', tenant, actor, input: { ...input } },
    newInvitation: { ...input, email },
    secrets: new Map(),
    ...keyed,
    nowMs: ports.clock.nowMs(),
  });
}

async function refuse(
  ports: InvitePorts,
  request: InviteRequest,
): Promise<AcceptResult | undefined> {
  const tenant = await ports.tenants.findTenant(request.tenant);
  if (tenant === undefined) return { outcome: 'tenant-not-found' };
  const problems = await problemsOf(ports, request);
  if (problems.length > 0) return { outcome: 'invalid', problems };
  if (!isOpen(tenant)) return { outcome: 'tenant-state' };
  const member = await ports.invitations.findMemberByEmail(request.tenant, request.email);
  return member === undefined ? undefined : { outcome: 'member-exists' };
}

async function problemsOf(
  { tenants }: InvitePorts,
  { email, roles }: InviteRequest,
): Promise<AcceptProblem[]> {
  const emailProblem = checkEmail(email);
  return [
    ...(emailProblem === undefined ? [] : [{ field: 'email', code: emailProblem }]),
    ...roleProblems(await tenants.readCatalog(), roles),
  ];
}
