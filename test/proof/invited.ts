import { isEnded } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptInviteRequest } from '../../registry/accept-invite-request.ts';
import { formatInvitationToken } from '../../registry/invitation-token.ts';
import { takeInvitation } from '../../registry/open-invitations.ts';
import { messageOf, orLater } from '../../registry/tell-invitation.ts';
import { eventually } from '../support/eventually.ts';
import type { Request, Stage } from './story.ts';

const ENDS_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 100;
const PASSED: ReadonlySet<string> = new Set(['done', 'skipped']);

/** `to`: the invited address. */
export async function inviteSomebody({ world, caller, made }: Stage, to: string): Promise<Request> {
  const request = { ...caller, tenant: made.tenant, email: to, roles: ['org-member'] };
  return () => acceptInviteRequest(world.accept, request);
}

/**
 * Accepts by the mailed link once the mail has gone out, and tells the saga until it has heard: the
 * part of the API and of the sweep, whose servers die meanwhile.
 */
export function acceptInvited(
  stage: Stage,
  { id, tenant }: Operation,
  to: string,
): Promise<unknown> {
  const { world } = stage;
  const { invitations, operations } = world.api;
  const token = formatInvitationToken(tenant, world.tokens.secretOf(tenant, id, 1));
  return eventually(
    async () => {
      const row = await operations.findOperation(id);
      if (row !== undefined && isEnded(row.state)) return true;
      const mail = row?.steps.find(({ name }) => name === 'mail');
      const invitation = await invitations.findInvitation(tenant, id);
      if (invitation?.state === 'accepted')
        await orLater(() =>
          world.engine.signal(id, 'inviteMember', messageOf(invitation, 'accept')),
        );
      else if (PASSED.has(mail?.state ?? '')) await takeAs(stage, token, to);
      return false;
    },
    { withinMs: ENDS_WITHIN_MS, everyMs: LOOK_EVERY_MS, what: `the acceptance of ${id}` },
  );
}

async function takeAs(stage: Stage, token: string, to: string): Promise<void> {
  const { api, engine, accept, subOf } = stage.world;
  const { slug, issuer } = (await api.tenants.findTenant(stage.made.tenant)) ?? {};
  const sub = await subOf(slug ?? '', to);
  const login = { issuer: issuer ?? '', sub, email: to, emailVerified: true };
  await takeInvitation({ ...api, engine, clock: accept.clock }, token, login);
}
