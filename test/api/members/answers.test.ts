import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { changeMemberRoles, listMembers } from '../../../api/members/routes.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import type { Ask, TestApi } from '../../support/api/test-api.ts';

async function patch(api: TestApi): Promise<Ask> {
  const { tenant, member } = await activate(api);
  return {
    method: 'PATCH',
    path: `/v1/tenants/${tenant}/members/${member}`,
    body: { roles: ['org-member', 'org-owner'] },
  };
}

describeAnswers({
  route: listMembers,
  valid: async (api) => ({ path: `/v1/tenants/${(await activate(api)).tenant}/members` }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ members: [{ roles: ['org-owner'] }] });
      return answer;
    },
  },
});

describeAnswers({
  route: changeMemberRoles,
  valid: patch,
  cases: {
    202: async (api, valid) => {
      const answer = await api.ask(valid);
      const { saga } = answer.json as unknown as { saga: { id: string } };
      expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga.id}`);
      expect(answer.json).toMatchObject({ saga: { kind: 'changeMembership' } });
      expect(api.engine.started).toContain(saga.id);
      return answer;
    },
    'not-found': async (api, valid) => {
      const { tenant } = await activate(api, 'other');
      const member = randomUUID();
      return api.ask({ ...valid, path: `/v1/tenants/${tenant}/members/${member}` });
    },
    'tenant-busy': async (api, valid) => {
      const first = await api.ask(valid);
      const second = await api.ask(valid);
      const { saga } = first.json as unknown as { saga: { id: string } };
      expect(second.json).toMatchObject({ saga: saga.id });
      return second;
    },
    'tenant-state': (api, valid) => {
      for (const tenant of api.registry.rows.tenants.values())
        api.registry.rows.tenants.set(tenant.id, { ...tenant, state: 'frozen' });
      return api.ask(valid);
    },
    'member-state': (api, valid) => {
      const { members } = api.registry.rows;
      members.splice(0, 1, { ...members[0]!, state: 'inactive' });
      return api.ask(valid);
    },
    'role-unknown': async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { roles: ['org-owner', 'project-viewer'] } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/roles/1' }] });
      return answer;
    },
    'idempotency-in-flight': (api, valid) => {
      api.registry.inFlight.add('k1');
      return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
    },
    'idempotency-key-reused': async (api, valid) => {
      const headers = { 'Idempotency-Key': 'k1' };
      await api.ask({ ...valid, headers });
      return api.ask({ ...valid, headers, body: { roles: ['org-owner'] } });
    },
  },
});
