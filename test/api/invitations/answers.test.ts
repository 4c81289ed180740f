import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { resendInvitation, revokeInvitation } from '../../../api/invitations/change.ts';
import { getInvitation, inviteMember, listInvitations } from '../../../api/invitations/routes.ts';
import { MAX_PENDING_INVITATIONS } from '../../../domain/invitation.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import type { Ask, TestApi } from '../../support/api/test-api.ts';

const BOB = { email: 'Bob@acme.example', roles: ['org-member'] };

async function inviting(api: TestApi): Promise<Ask> {
  const { tenant } = await activate(api);
  return { method: 'POST', path: `/v1/tenants/${tenant}/invitations`, body: BOB };
}

/** The path of an invitation that is pending. */
async function invited(api: TestApi): Promise<string> {
  const { headers } = await api.ask(await inviting(api));
  return headers.get('Location') ?? '';
}

function change(api: TestApi, part: object): void {
  const { invitations } = api.registry.rows;
  for (const [id, row] of invitations) invitations.set(id, { ...row, ...part });
}

describeAnswers({
  route: inviteMember,
  valid: inviting,
  cases: {
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      const { invitation, saga } = answer.json as unknown as Record<string, { id: string }>;
      expect(invitation).toMatchObject({ ...BOB, state: 'pending', expiresAt: null });
      expect(saga).toMatchObject({ id: invitation?.id, kind: 'inviteMember' });
      expect(answer.headers.get('Location')).toBe(`${valid.path}/${invitation?.id}`);
      expect(api.engine.started).toContain(saga?.id);
      // The address is in the invitation alone.
      const operation = api.registry.rows.operations.get(saga?.id ?? '');
      expect(JSON.stringify(operation)).not.toMatch(/bob@acme/i);
      expect(api.log.join()).not.toMatch(/bob@acme/i);
      return answer;
    },
    'request-invalid': async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { ...BOB, email: 'bob at acme' } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/email' }] });
      return answer;
    },
    'tenant-state': (api, valid) => {
      for (const tenant of api.registry.rows.tenants.values())
        api.registry.rows.tenants.set(tenant.id, { ...tenant, state: 'frozen' });
      return api.ask(valid);
    },
    'member-exists': async (api, valid) => {
      await api.ask(valid);
      change(api, { state: 'accepted' });
      return api.ask({ ...valid, body: { ...BOB, email: 'bob@ACME.example' } });
    },
    'invitation-pending': async (api, valid) => {
      await api.ask(valid);
      return api.ask({ ...valid, body: { ...BOB, email: 'bob@ACME.example' } });
    },
    'invitation-limit': async (api, valid) => {
      await api.ask(valid);
      const { invitations } = api.registry.rows;
      const [row] = invitations.values();
      for (let n = 1; n < MAX_PENDING_INVITATIONS; n += 1) {
        const id = randomUUID();
        invitations.set(id, { ...row!, id, email: `${n}@acme.example` });
      }
      return api.ask({ ...valid, body: { ...BOB, email: 'one-more@acme.example' } });
    },
    'role-unknown': async (api, valid) => {
      const roles = ['org-owner', 'no-such-role'];
      const answer = await api.ask({ ...valid, body: { ...BOB, roles } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/roles/1' }] });
      return answer;
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
    },
    'idempotency-key-reused': async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      const first = await api.ask({ ...valid, headers });
      expect((await api.ask({ ...valid, headers })).json).toEqual(first.json);
      return api.ask({ ...valid, headers, body: { ...BOB, roles: ['org-owner'] } });
    },
  },
});

describeAnswers({
  route: getInvitation,
  valid: async (api) => ({ path: await invited(api) }),
  cases: {
    200: (api, valid) => api.ask(valid),
    'not-found': async (api, valid) => {
      const other = await activate(api, 'other');
      return api.ask({ path: valid.path.replace(/tenants\/[^/]+/, `tenants/${other.tenant}`) });
    },
  },
});

describeAnswers({
  route: listInvitations,
  valid: async (api) => ({ path: (await invited(api)).replace(/\/[^/]+$/, '') }),
  cases: {
    200: async (api, valid) => {
      const second = { ...BOB, email: 'carol@acme.example' };
      await api.ask({ ...valid, method: 'POST', body: second });
      const { invitations } = api.registry.rows;
      [...invitations].forEach(([id, row], at) => invitations.set(id, { ...row, invitedAtMs: at }));
      const first = await api.ask({ path: `${valid.path}?limit=1` });
      const { next } = first.json as unknown as { next: string };
      expect(first.json).toMatchObject({ invitations: [{ email: second.email }] });
      // Those whose saga was unwound are gone, and what follows them is not.
      invitations.delete([...invitations.keys()][1] ?? '');
      const rest = await api.ask({ path: `${valid.path}?limit=1&cursor=${next}` });
      expect(rest.json).toMatchObject({ invitations: [{ email: BOB.email }], next: null });
      const none = await api.ask({ path: `${valid.path}?state=revoked` });
      expect(none.json).toEqual({ invitations: [], next: null });
      return api.ask(valid);
    },
    'cursor-invalid': (api, valid) => api.ask({ path: `${valid.path}?cursor=x` }),
    'request-invalid': (api, valid) => api.ask({ path: `${valid.path}?state=open` }),
  },
});

describeAnswers({
  route: resendInvitation,
  valid: async (api) => ({ method: 'POST', path: `${await invited(api)}/resend` }),
  cases: {
    202: async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      const answer = await api.ask({ ...valid, headers });
      await api.ask({ ...valid, headers });
      await api.ask(valid);
      const ids = api.engine.messages.map(([, { id }]) => id);
      expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
      const [[operation, message] = []] = api.engine.messages;
      expect(message).toMatchObject({ name: 'resend', told: { invitation: operation } });
      return answer;
    },
    'not-found': async (api, valid) => {
      // Nothing is started under another tenant's name, nor what is no invitation.
      const { operations } = api.registry.rows;
      const other = await activate(api, 'other');
      for (const [id, row] of operations) operations.set(id, { ...row, state: 'accepted' });
      const before = api.engine.started.length;
      const theirs = valid.path.replace(/tenants\/[^/]+/, `tenants/${other.tenant}`);
      expect((await api.ask({ ...valid, path: theirs })).status).toBe(404);
      const path = `/v1/tenants/${other.tenant}/invitations/${other.saga}/resend`;
      const answer = await api.ask({ ...valid, path });
      expect(api.engine.started).toHaveLength(before);
      return answer;
    },
    'invitation-ended': (api, valid) => {
      change(api, { state: 'expired' });
      return api.ask(valid);
    },
    'command-refused': async (api, valid) => {
      api.engine.refusal = 'It was sent 10 times: revoke it, and invite anew.';
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ detail: api.engine.refusal });
      return answer;
    },
    'engine-unavailable': (api, valid) => {
      api.engine.mode = 'absent';
      return api.ask(valid);
    },
  },
});

describeAnswers({
  route: revokeInvitation,
  valid: async (api) => ({ method: 'POST', path: `${await invited(api)}/revoke` }),
  cases: {
    200: async (api, valid) => {
      // Also while nobody hears it: the row is what counts.
      api.engine.mode = 'absent';
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ state: 'revoked' });
      expect((await api.ask(valid)).json).toEqual(answer.json);
      return answer;
    },
    'invitation-ended': (api, valid) => {
      change(api, { state: 'accepted' });
      return api.ask(valid);
    },
  },
});
