import { randomBytes, randomUUID } from 'node:crypto';
import { toHex } from '../../../facts/core/bytes.ts';
import type { Invitation } from '../../../domain/invitation.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import { formatInvitationToken, placeOfToken } from '../../../registry/invitation-token.ts';
import type { OpenPorts } from '../../../registry/open-invitations.ts';

type Open = OpenPorts['invitations'];

/** The part of the invitation store that the invited person meets, in memory. */
export interface OpenInvitations extends Open {
  /** By token. */
  readonly rows: Map<string, Invitation>;
  /** A pending invitation, and the token of its link. */
  invite(tenant: string, over?: Partial<Invitation>): string;
}

const DAY_MS = 86_400_000;

export function createOpenInvitations(tenants: ReadonlyMap<string, Tenant>): OpenInvitations {
  const rows = new Map<string, Invitation>();
  const find = (tenant: string, hash: Uint8Array): [string, Invitation] | undefined =>
    [...rows].find(
      ([token, row]) => row.tenant === tenant && toHex(placeOfToken(token).hash) === toHex(hash),
    );
  const findOpen: Open['findOpen'] = async (id, hash, nowMs) => {
    const [, invitation] = find(id, hash) ?? [];
    const tenant = tenants.get(id);
    const isOpen = invitation?.state === 'pending' && nowMs < (invitation.expiresAtMs ?? 0);
    return isOpen && tenant?.state === 'active' ? { invitation, tenant } : undefined;
  };
  return {
    rows,
    invite: (tenant, over = {}) => {
      const token = formatInvitationToken(tenant, randomBytes(32));
      rows.set(token, { ...pending(tenant), ...over });
      return token;
    },
    findOpen,
    take: async (tenant, hash, identity, nowMs) => {
      const open = await findOpen(tenant, hash, nowMs);
      const [token] = find(tenant, hash) ?? [];
      const isMember = [...rows.values()].some(
        (row) => row.tenant === tenant && row.identity?.sub === identity.sub,
      );
      if (open === undefined || token === undefined || isMember) return undefined;
      const taken = { ...open.invitation, state: 'accepted', endedAtMs: nowMs, identity } as const;
      rows.set(token, taken);
      return taken;
    },
    findTaken: async (tenant, hash, { issuer, sub }) => {
      const [, row] = find(tenant, hash) ?? [];
      const isTheirs = row?.identity?.issuer === issuer && row.identity.sub === sub;
      return isTheirs ? row : undefined;
    },
  };
}

function pending(tenant: string): Invitation {
  return {
    ...{ id: randomUUID(), tenant, member: randomUUID() },
    email: 'grace@acme.example',
    roles: ['org-member'],
    state: 'pending',
    invitedAtMs: Date.now(),
    expiresAtMs: Date.now() + DAY_MS,
    ...{ endedAtMs: null, endedBy: null, identity: null },
  };
}
