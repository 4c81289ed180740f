import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import type { LoginClaims } from '../../domain/invitation.ts';
import { DEFAULT_TIMING, type SagaTiming } from '../../domain/saga-timing.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptInviteRequest } from '../../registry/accept-invite-request.ts';
import { resendInvitation, revokeInvitation } from '../../registry/change-invitation.ts';
import { findInvitation, takeInvitation } from '../../registry/open-invitations.ts';
import { eventually } from './eventually.ts';
import type { World } from './saga-world.ts';

/** Nothing expires by itself in a test. */
const PATIENT = DEFAULT_TIMING.waitMs;

export interface TenantOfTest {
  readonly tenant: string;
  readonly slug: string;
  readonly issuer: string;
  /** The first admin. */
  readonly owner: string;
  readonly ownerEmail: string;
}

/** A tenant of its own, to invite to. */
export async function aTenant(
  world: Pick<World, 'provision' | 'ended' | 'api'>,
  over: Parameters<World['provision']>[0] = {},
): Promise<TenantOfTest> {
  const { input, tenant } = await world.ended(await world.provision(over));
  const { adminMember, adminEmail, slug } = provisionInputOf(input);
  const found = await world.api.tenants.findTenant(tenant);
  if (found?.issuer === null || found === undefined) throw new Error('the tenant has no issuer');
  return { tenant, slug, issuer: found.issuer, owner: adminMember, ownerEmail: adminEmail };
}

/** What people do with invitations, through the use cases of the API. */
export function createInviting(world: Pick<World, 'api' | 'engine' | 'start'>) {
  const ports = { ...world.api, engine: world.engine, clock: systemClock, ids: systemIds };
  const ask = (tenant: string, email: string, roles: readonly string[] = ['org-member']) =>
    acceptInviteRequest(ports, { actor: 'operator', tenant, email, roles });
  const accepted = async (...args: Parameters<typeof ask>): Promise<Operation> => {
    const result = await ask(...args);
    if (result.outcome !== 'accepted') throw new Error(`not accepted: ${result.outcome}`);
    return result.operation;
  };
  const change = ({ tenant, id }: Operation) => ({ tenant, invitation: id, actor: 'operator' });
  return {
    ...{ ask, accepted, patient: { waitMs: PATIENT } },
    invite: async (tenant: string, email: string, over: Partial<SagaTiming> = {}) => {
      const operation = await accepted(tenant, email);
      await world.start(operation, { waitMs: PATIENT, ...over });
      return operation;
    },
    find: (token: string) => findInvitation(ports, token),
    take: (token: string, login: LoginClaims) => takeInvitation(ports, token, login),
    row: ({ tenant, id }: Operation) => ports.invitations.findInvitation(tenant, id),
    revoke: (operation: Operation) => revokeInvitation(ports, change(operation)),
    resend: (operation: Operation, key: string) => resendInvitation(ports, change(operation), key),
  };
}

/** A verified login of the invited person. */
export function aLogin(issuer: string, email: string, over: Partial<LoginClaims> = {}) {
  return { issuer, sub: `user-${email.split('@')[0]}`, email, emailVerified: true, ...over };
}

/** What the memory notifier sent to an address, when at least `count` are there. */
export function mailsTo(notifier: Notifier, address: string, count = 1): Promise<Notice[]> {
  const { sent } = notifier as Notifier & { readonly sent: readonly Notice[] };
  return eventually(
    () => {
      const mails = sent.filter(({ to }) => to === address);
      if (mails.length < count) throw new Error(`${mails.length} mails`);
      return Promise.resolve(mails);
    },
    { what: `${count} mails to ${address}` },
  );
}

/** The token in the link of a mail. */
export function tokenIn(notice: Notice | undefined): string {
  const [, token] = /\/invitations\/([\w-]{64})\n/.exec(notice?.text ?? '') ?? [];
  if (token === undefined) throw new Error('no link in the mail');
  return token;
}
