import { describe, expect, test } from '@jest/globals';
import { createSeededClock } from '../../adapters/memory/clock.ts';
import type { Invitation, LoginClaims } from '../../domain/invitation.ts';
import type { OpenInvitation } from '../../ports/invitation-store.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import { formatInvitationToken } from '../../registry/invitation-token.ts';
import { findInvitation, takeInvitation, type OpenPorts } from '../../registry/open-invitations.ts';
import { BOB, TENANT, tenantOf } from '../domain/views.ts';

const ISSUER = 'https://id.example.test/realms/acme';
const OTHER = '55555555-5555-4555-8555-555555555555';
const SECRET = new Uint8Array(32).fill(7);
const TOKEN = formatInvitationToken(TENANT, SECRET);

const invitation: Invitation = {
  ...{ id: '44444444-4444-4444-8444-444444444444', tenant: TENANT, member: BOB },
  ...{ email: 'bob@example.com', roles: ['org-member'], state: 'pending', identity: null },
  ...{ invitedAtMs: 1_000, expiresAtMs: 4_000, endedAtMs: null, endedBy: null },
};
const login = (over: Partial<LoginClaims> = {}): LoginClaims => ({
  ...{ issuer: ISSUER, sub: 'bob', email: 'Bob@example.com', emailVerified: true, ...over },
});

/** Ports over one invitation, or none that is open, and what was asked of them. */
function portsOver(open: OpenInvitation | undefined, over: Partial<OpenPorts['invitations']> = {}) {
  const asked: string[] = [];
  const told: string[] = [];
  const ports: OpenPorts = {
    clock: createSeededClock(2_000),
    engine: {
      update: async (id, _kind, { name }) => void told.push(`${name} ${id}`),
    },
    invitations: {
      findOpen: async (tenant, hash) => {
        asked.push(`findOpen ${hash.length}`);
        return tenant === TENANT ? open : undefined;
      },
      take: async (_tenant, _hash, identity) => {
        asked.push('take');
        return { ...invitation, state: 'accepted', identity };
      },
      findTaken: async (_tenant, hash) => {
        asked.push(`findTaken ${hash.length}`);
        return undefined;
      },
      ...over,
    },
  };
  return { ports, asked, told };
}

const OPEN = { invitation, tenant: tenantOf({ issuer: ISSUER }) };

/** Used, expired and revoked ones differ in their rows alone: none is open to the store. */
const BAD_TOKENS = {
  'used, expired or revoked': TOKEN,
  'of another tenant': formatInvitationToken(OTHER, SECRET),
  'of nobody': formatInvitationToken(TENANT, new Uint8Array(32)),
  'cut off': TOKEN.slice(1),
  'too long': `${TOKEN}A`,
  'of other letters': `${TOKEN.slice(1)}+`,
  empty: '',
};

describe.each(Object.entries(BAD_TOKENS))('a token that is %s', (_what, token) => {
  test('is told apart from no other, and costs what they cost', async () => {
    const { ports, asked, told } = portsOver(undefined);
    expect(await findInvitation(ports, token)).toBeUndefined();
    expect(await takeInvitation(ports, token, login())).toEqual({ outcome: 'not-open' });
    expect(asked).toEqual(['findOpen 32', 'findOpen 32', 'findTaken 32']);
    expect(told).toEqual([]);
  });
});

test('looking at an open one consumes nothing and tells nobody', async () => {
  const { ports, asked, told } = portsOver(OPEN);
  expect(await findInvitation(ports, TOKEN)).toBe(OPEN);
  expect({ asked, told }).toEqual({ asked: ['findOpen 32'], told: [] });
});

test('the invited person takes it, and the saga is told its id alone', async () => {
  const { ports, told } = portsOver(OPEN);
  const identity = { issuer: ISSUER, sub: 'bob' };
  expect(await takeInvitation(ports, TOKEN, login())).toMatchObject({
    ...{ outcome: 'taken', invitation: { identity } },
  });
  expect(told).toEqual([`accept ${invitation.id}`]);
});

test.each([
  ['email-mismatch', { email: 'eve@example.com' }],
  ['email-unverified', { emailVerified: 'true' }],
  ['issuer-mismatch', { issuer: 'https://id.example.test/realms/evil' }],
] as const)('a login with %s consumes nothing', async (outcome, over) => {
  const { ports, asked } = portsOver(OPEN);
  expect(await takeInvitation(ports, TOKEN, login(over))).toEqual({ outcome });
  expect(asked).not.toContain('take');
});

test('a saga that cannot be told is no failure: the row is the promise', async () => {
  const { ports } = portsOver(OPEN);
  const away = new SagaEngineError('engine-unavailable', 'away');
  const deaf = { ...ports, engine: { update: () => Promise.reject(away) } };
  expect(await takeInvitation(deaf, TOKEN, login())).toMatchObject({ outcome: 'taken' });
});

test('who took it before is told so; a member, that there is a membership; a loser, nothing', async () => {
  const taken = { ...invitation, state: 'accepted' } as const;
  const before = portsOver(undefined, { findTaken: async () => taken });
  expect(await takeInvitation(before.ports, TOKEN, login())).toEqual({
    ...{ outcome: 'taken-before', invitation: taken },
  });
  const member = portsOver(OPEN, { take: async () => undefined });
  expect(await takeInvitation(member.ports, TOKEN, login())).toEqual({ outcome: 'member-exists' });
  const looks = [OPEN, undefined];
  const lost = portsOver(OPEN, {
    take: async () => undefined,
    findOpen: async () => looks.shift(),
  });
  expect(await takeInvitation(lost.ports, TOKEN, login())).toEqual({ outcome: 'not-open' });
});
