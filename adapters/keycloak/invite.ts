import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { INVITE_LIFESPAN_S, formatWelcome } from './representation.ts';

/**
 * Mails the link behind which the user verifies the address and sets a password. When the mail
 * server is slow Keycloak answers 500 and the mail arrives all the same: `unknown`, sent again.
 */
export async function sendInvite(
  admin: KeycloakAdmin,
  call: Call,
  realm: string,
  userId: string,
  clientId: string,
  origin: string,
): Promise<void> {
  await admin.request(call.signal, 'the invitation mail', (client) =>
    client.users.executeActionsEmail({
      realm,
      id: userId,
      actions: ['VERIFY_EMAIL', 'UPDATE_PASSWORD'],
      clientId,
      redirectUri: formatWelcome(origin),
      lifespan: INVITE_LIFESPAN_S,
    }),
  );
}
