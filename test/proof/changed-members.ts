import type { MembershipChangeName } from '../../domain/membership-change.ts';
import { inviteInputOf, provisionInputOf } from '../../domain/requests.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { acceptInvited, inviteSomebody } from './invited.ts';
import type { Request, Stage } from './story.ts';

/**
 * The request for this change: of the first admin's roles, else of somebody who joined before.
 * `to`: that one's address.
 */
export async function changeOf(
  stage: Stage,
  way: MembershipChangeName,
  to: string,
): Promise<Request> {
  const owner = provisionInputOf(stage.made.input).adminMember;
  const roles = ['org-admin', 'org-owner'];
  if (way === 'roles') return request(stage, { change: way, member: owner, roles });
  const member = await joined(stage, to);
  if (way === 'transfer-ownership') return request(stage, { change: way, from: owner, to: member });
  if (way === 'reactivate')
    await stage.before(request(aside(stage, 'deactivate'), { change: 'deactivate', member }));
  return request(stage, { change: way, member });
}

function request({ world, caller, made }: Stage, change: AskedChange): Request {
  return () => acceptMembershipChange(world.accept, { ...caller, tenant: made.tenant, change });
}

/** The id of a second member, who was invited and accepted. */
async function joined(stage: Stage, to: string): Promise<string> {
  const invite = await inviteSomebody(aside(stage, 'invite'), to);
  const invited = Promise.withResolvers<Operation>();
  const told: Request = async () => {
    const result = await invite();
    if ('operation' in result) invited.resolve(result.operation);
    return result;
  };
  const accepts = invited.promise.then((operation) => acceptInvited(stage, operation, to));
  const [{ input }] = await Promise.all([stage.before(told), accepts]);
  return inviteInputOf(input).member;
}

/** Who asks for what must be there before: the story's own key is for its own request. */
function aside(stage: Stage, route: string): Stage {
  const { actor, idempotency } = stage.caller;
  return {
    ...stage,
    caller: { actor, ...(idempotency && { idempotency: { ...idempotency, route } }) },
  };
}
