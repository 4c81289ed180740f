import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Route } from '../../../api/http/route.ts';
import {
  changeMemberRoles,
  deactivateMember,
  reactivateMember,
  removeMember,
  transferOwnership,
} from '../../../api/members/change.ts';
import { listMembers } from '../../../api/members/routes.ts';
import type { ApiPorts } from '../../../api/ports.ts';
import type { Membership } from '../../../domain/membership.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import type { Answers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import type { Ask, TestApi } from '../../support/api/test-api.ts';

/** A tenant of two owners; gives the second. */
async function twoOwners(api: TestApi, over: Partial<Membership> = {}) {
  const { tenant, member: first } = await activate(api);
  const { members } = api.registry.rows;
  const second = { ...members[0]!, id: randomUUID(), ...over };
  members.push(second);
  return { tenant, first, member: second.id };
}

/** The second, and none else, is as the route wants it. */
const ofMember =
  (method: string, rest = '', over: Partial<Membership> = {}, body?: object) =>
  async (api: TestApi): Promise<Ask> => {
    const { tenant, member } = await twoOwners(api, over);
    const path = `/v1/tenants/${tenant}/members/${member}${rest}`;
    return { method, path, ...(body && { body }) };
  };

const setMember = (api: TestApi, at: number, over: Partial<Membership>) => {
  const { members } = api.registry.rows;
  members.splice(at, 1, { ...members[at]!, ...over });
};

const wrongState = (state: Membership['state']) => (api: TestApi, valid: Ask) => {
  setMember(api, 1, { state });
  return api.ask(valid);
};

/** What every change answers, but for the states that it wants. */
const cases: Answers['cases'] = {
  202: async (api, valid) => {
    const answer = await api.ask(valid);
    const { saga } = answer.json as unknown as { saga: { id: string } };
    expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga.id}`);
    expect(answer.json).toMatchObject({ saga: { kind: 'changeMembership' } });
    expect(api.engine.started).toContain(saga.id);
    return answer;
  },
  'not-found': async (api, valid) => {
    const other = await activate(api, 'other');
    return api.ask({
      ...valid,
      path: valid.path.replace(/tenants\/[^/]+/, `tenants/${other.tenant}`),
    });
  },
  'tenant-state': (api, valid) => {
    for (const tenant of api.registry.rows.tenants.values())
      api.registry.rows.tenants.set(tenant.id, { ...tenant, state: 'archived' });
    return api.ask(valid);
  },
  'idempotency-in-flight': (api, valid) => {
    api.registry.inFlight.add('k1');
    return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
  },
  'idempotency-key-reused': async (api, valid) => {
    const headers = { 'Idempotency-Key': 'k1' };
    const first = await api.ask({ ...valid, headers });
    expect((await api.ask({ ...valid, headers })).json).toEqual(first.json);
    const { members } = api.registry.rows;
    const third = { ...members[1]!, id: randomUUID() };
    members.push(third);
    const other = JSON.stringify(valid).replaceAll(members[1]!.id, third.id);
    return api.ask({ ...(JSON.parse(other) as Ask), headers });
  },
};

const lastOwner: Answers['cases'] = {
  'last-owner': async (api, valid) => {
    setMember(api, 0, { state: 'inactive' });
    const answer = await api.ask(valid);
    expect(api.engine.started).toHaveLength(1);
    return answer;
  },
};

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
  valid: ofMember('PATCH', '', {}, { roles: ['org-member'] }),
  cases: {
    ...{ ...cases, ...lastOwner, 'member-state': wrongState('inactive') },
    'role-unknown': async (api, valid) => {
      const roles = ['org-owner', 'project-viewer', 'org-member'];
      const answer = await api.ask({ ...valid, body: { roles } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/roles/1' }] });
      return answer;
    },
  },
});

const narrowing: readonly [Route<ApiPorts>, Answers['valid']][] = [
  [deactivateMember, ofMember('POST', '/deactivate')],
  [removeMember, ofMember('DELETE')],
];
for (const [route, valid] of narrowing)
  describeAnswers({
    ...{ route, valid },
    cases: { ...cases, ...lastOwner, 'member-state': wrongState('pending') },
  });

describeAnswers({
  route: reactivateMember,
  valid: ofMember('POST', '/reactivate', { state: 'inactive' }),
  cases: { ...cases, 'member-state': wrongState('active') },
});

describeAnswers({
  route: transferOwnership,
  valid: async (api) => {
    const { tenant, first, member } = await twoOwners(api, { roles: [] });
    const body = { from: first, to: member };
    return { method: 'POST', path: `/v1/tenants/${tenant}/transfer-ownership`, body };
  },
  cases: {
    ...{ ...cases, 'member-state': wrongState('inactive') },
    'not-owner': async (api, valid) => {
      const { from, to } = valid.body as Record<string, string>;
      return api.ask({ ...valid, body: { from: to, to: from } });
    },
    'request-invalid': async (api, valid) => {
      const { from } = valid.body as Record<string, string>;
      const answer = await api.ask({ ...valid, body: { from, to: from } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/to' }] });
      return answer;
    },
  },
});
