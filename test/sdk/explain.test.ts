import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import { ISSUER, memberDraft, OPERATION } from './support/fact-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, OUTSIDER, memberId, projectId } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
const [SITE, SHOP] = [projectId(1), projectId(2)];
const project = (id: string): FactDraft => ({
  kind: 'project',
  subject: `project:${id}`,
  op: 'assert',
  body: { state: 'active' },
});
const grant = (n: number, to: string, roles: string[]): FactDraft => ({
  kind: 'grant',
  subject: `grant:${memberId(n)}:${to}`,
  op: 'assert',
  body: { member: memberId(n), project: to, roles },
});

let fixture: PlaneFixture;

/** Subjects that an answer rests on, in their order. */
const subjects = async (plane: Plane, permission: string, inProject?: string): Promise<string[]> =>
  (await plane.explain(JANE, permission, ACME, inProject)).because.map(({ subject }) => subject);

const TENANT = `tenant:${ACME}`;
const MEMBER = `member:${memberId(1)}`;

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  const { writer } = fixture;
  writer.write(ACME, project(SITE));
  writer.write(ACME, project(SHOP));
  writer.write(ACME, memberDraft(memberId(2), 'joe', ['owner']));
  writer.write(ACME, grant(2, SITE, ['editor']));
  writer.write(ACME, grant(1, SITE, ['editor', 'viewer']));
  writer.write(ACME, grant(1, SHOP, ['viewer']));
});

afterEach(() => fixture.stop());

describe.each(['lines', 'snapshot'] as const)('from %s', (from) => {
  let plane: Plane;
  beforeEach(async () => {
    if (from === 'snapshot') fixture.registry.state = stateOf(fixture.writer);
    plane = await fixture.open();
    await plane.ready();
    expect(plane.stats().snapshot).toBe(from === 'snapshot' ? fixture.writer.facts.length : 0);
  });

  test('the decision is what can says, with the whole of each fact behind it', async () => {
    const { decision, because } = await plane.explain(JANE, 'invoice:read', ACME);
    expect(decision).toEqual(plane.can(JANE, 'invoice:read', ACME));
    const fact = fixture.writer.facts.find(({ subject }) => subject === MEMBER);
    expect(because[1]).toEqual({
      tenant: ACME,
      seq: 2,
      kind: 'membership',
      subject: MEMBER,
      id: fact?.id,
      at: fact?.at,
      operation: OPERATION,
      actor: 'test',
    });
    expect(because.at(-1)).toMatchObject({ tenant: PLATFORM_TENANT, subject: 'role:viewer' });
  });

  test('in a tenant: the tenant, the memberships, the roles that permit', async () => {
    expect(await subjects(plane, 'invoice:read')).toEqual([TENANT, MEMBER, 'role:viewer']);
    expect(await subjects(plane, 'invoice:write')).toEqual([TENANT, MEMBER]);
  });

  test('in a project: project and grants too, and only roles of the right scope', async () => {
    const inSite = [TENANT, MEMBER, `project:${SITE}`, `grant:${memberId(1)}:${SITE}`];
    expect(await subjects(plane, 'page:write', SITE)).toEqual([...inSite, 'role:editor']);
    expect(await subjects(plane, 'invoice:read', SITE)).toEqual([...inSite, 'role:viewer']);
    expect(await subjects(plane, 'page:write', projectId(9))).toEqual([TENANT, MEMBER]);
  });

  test('what came since counts, and what was retracted does not', async () => {
    const { writer, live } = fixture;
    const role = { scope: 'tenant' as const, permissions: ['*'] };
    writer.write(PLATFORM_TENANT, {
      kind: 'role',
      subject: 'role:admin',
      op: 'assert',
      body: role,
    });
    writer.write(ACME, memberDraft(memberId(0), 'jane', ['admin', 'viewer'], 'inactive'));
    writer.write(ACME, { kind: 'membership', subject: MEMBER, op: 'retract', body: {} });
    for (const [shard, lines] of writer.shards) live?.lines(shard, lines);
    const expected = [TENANT, `member:${memberId(0)}`, 'role:admin', 'role:viewer'];
    expect(await subjects(plane, 'invoice:read')).toEqual(expected);
    expect((await plane.explain(JANE, 'invoice:read', ACME)).decision.reason).toBe(
      'member-inactive',
    );
  });

  test('what is no tenant, or is not followed, has no facts and no access', async () => {
    for (const tenant of ['', 'no uuid', OUTSIDER]) {
      const { decision, because } = await plane.explain(JANE, 'invoice:read', tenant);
      expect({ reason: decision.reason, because }).toEqual({
        reason: 'tenant-unknown',
        because: [],
      });
    }
  });
});

test('after a restart with everything dead it explains from disk', async () => {
  const first = await fixture.open();
  await first.ready();
  await first.close();
  fixture.registry.down = true;
  const plane = await fixture.open();
  expect(await subjects(plane, 'invoice:read')).toEqual([TENANT, MEMBER, 'role:viewer']);
  rmSync(fixture.directory, { recursive: true });
  expect(await subjects(plane, 'invoice:read')).toEqual([]);
});
