import { sameEmail } from '../../../domain/email.ts';
import type { Invitation } from '../../../domain/invitation.ts';
import type { InvitationStore } from '../../../ports/invitation-store.ts';
import type { AcceptRequest } from '../../../ports/registry-store.ts';

const NONE = () => Promise.resolve(undefined);

type Place = Pick<Invitation, 'invitedAtMs' | 'id'>;

/** Newest first. */
const byAge = (a: Place, b: Place) =>
  b.invitedAtMs - a.invitedAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** What the API's routes ask of invitations, over rows that a test may change. */
export function createMemoryInvitations(rows: Map<string, Invitation>): InvitationStore {
  const find = (tenant: string, id: string) => {
    const row = rows.get(id);
    return row?.tenant === tenant ? row : undefined;
  };
  return {
    findInvitation: async (tenant, id) => find(tenant, id),
    listInvitations: async ({ tenant, state, after, limit }) => {
      const all = [...rows.values()]
        .filter((row) => row.tenant === tenant && (state === undefined || row.state === state))
        .filter((row) => after === undefined || byAge(row, after) > 0)
        .toSorted(byAge);
      return all.slice(0, limit);
    },
    findMemberByEmail: async (tenant, email) =>
      [...rows.values()].find(
        (row) => row.tenant === tenant && row.state === 'accepted' && sameEmail(row.email, email),
      )?.member,
    revoke: async (tenant, id, endedBy, endedAtMs) => {
      const row = find(tenant, id);
      if (row?.state !== 'pending') return undefined;
      const revoked: Invitation = { ...row, state: 'revoked', endedBy, endedAtMs };
      rows.set(id, revoked);
      return revoked;
    },
    findOpen: NONE,
    take: NONE,
    findTaken: NONE,
    putToken: NONE,
    withdraw: async (_tenant, id) => void rows.delete(id),
    listUnsettled: () => Promise.resolve([]),
  };
}

export function pendingInvitation(
  { operation: { id, tenant }, nowMs }: AcceptRequest,
  offer: NonNullable<AcceptRequest['newInvitation']>,
): Invitation {
  return {
    ...{ id, tenant, ...offer, state: 'pending', invitedAtMs: nowMs, expiresAtMs: null },
    ...{ endedAtMs: null, endedBy: null, identity: null },
  };
}
