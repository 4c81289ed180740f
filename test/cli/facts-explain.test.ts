import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { ISSUER, memberDraft, tenantDraft } from '../sdk/support/fact-writer.ts';
import { ACME, memberId, projectId } from '../sdk/support/tenants.ts';
import { FactsFixture } from './facts-fixture.ts';

const JANE = memberId(1);
const JANES = ['--issuer', ISSUER, '--sub', 'jane'];

let fixture: FactsFixture;
beforeEach(async () => {
  fixture = await FactsFixture.start();
});
afterEach(() => fixture.stop());

async function explain(...args: string[]): Promise<string> {
  const { code, out, err } = await fixture.tenure(['facts', 'explain', ACME, ...args]);
  expect([code, err]).toEqual([0, '']);
  return out;
}

test('access is explained by tenant, membership and role, each with who, when and why', async () => {
  const out = await explain(...JANES, '--permission', 'invoice:read');
  expect(out).toContain('may invoice:read in the tenant\n');
  const source =
    'of 2026-11-21T01:34:34.000Z, operation 4f0c2a3b-0000-4000-8000-00000000000d, by test';
  expect(out).toContain(`The tenant is active: seq 1 ${source}.`);
  expect(out).toContain(
    `member:${JANE} is active, bound to jane of ${ISSUER}, with the role viewer: seq 2 ${source}.`,
  );
  expect(out).toContain(`The role viewer grants invoice:read: platform seq 2 ${source}.`);
});

test('without --permission all that the roles give is listed', async () => {
  expect(await explain('--member', JANE)).toContain('may invoice:read in the tenant\n');
});

test('a permission that no role gives is denied, and the role says so', async () => {
  const out = await explain(...JANES, '--permission', 'invoice:write');
  expect(out).toContain('may not invoice:write in the tenant: no-permission');
  expect(out).toContain('The role viewer does not grant invoice:write');
});

test('--at tells what held then, also of the roles', async () => {
  const { writer } = fixture;
  const subject = 'role:viewer';
  writer.write(ACME, memberDraft(JANE, 'jane', ['owner', 'viewer']));
  writer.write(PLATFORM_TENANT, { kind: 'role', subject, op: 'retract', body: {} });
  writer.write(ACME, tenantDraft(ACME, 'frozen'));
  const now = await explain(...JANES);
  expect(now).toContain('may not');
  expect(now).toContain('tenant-inactive');
  expect(now).toContain('The tenant is frozen and denies all: seq 4');
  expect(now).toContain('The role viewer was retracted and grants nothing: platform seq 4');
  expect(await explain(...JANES, '--at', '3')).toContain('may invoice:read in the tenant');
  expect(await explain(...JANES, '--at', '3')).toContain('may * in the tenant');
  expect(await explain(...JANES, '--at', '2')).not.toContain('may *');
  expect(await explain(...JANES, '--at', '1')).toContain('may not * in the tenant: member-unknown');
});

test('who was removed is told by which operation', async () => {
  const subject = `member:${JANE}`;
  fixture.writer.write(ACME, { kind: 'membership', subject, op: 'retract', body: {} });
  const out = await explain(...JANES, '--permission', 'invoice:read');
  expect(out).toContain('may not invoice:read in the tenant: member-unknown');
  expect(out).toContain(`${subject} was removed: seq 3`);
});

test('a stranger, and a member whose invitation is open, are told as such', async () => {
  fixture.writer.write(ACME, memberDraft(memberId(2), null, ['owner'], 'pending'));
  expect(await explain('--issuer', ISSUER, '--sub', 'eve')).toContain(
    'No fact has ever named them',
  );
  const pending = await explain('--member', memberId(2));
  expect(pending).toContain('may not * in the tenant: member-unknown');
  expect(pending).toContain('is pending, bound to nobody yet');
});

test('a grant explains its project, and a role of the other scope gives nothing', async () => {
  const { writer } = fixture;
  const project = projectId(1);
  const subject = `grant:${JANE}:${project}`;
  const body = { member: JANE, project, roles: ['editor', 'viewer'] };
  writer.write(ACME, {
    kind: 'project',
    subject: `project:${project}`,
    op: 'assert',
    body: { state: 'active' },
  });
  writer.write(ACME, { kind: 'grant', subject, op: 'assert', body });
  const out = await explain(...JANES, '--permission', 'page:write');
  expect(out).toContain('may not page:write in the tenant: no-permission');
  expect(out).toContain(`may page:write in project ${project}`);
  expect(out).toContain('The role viewer is for a tenant: here it grants nothing');
  expect(out).toContain(`Project ${project} is there: seq 3`);
  const elsewhere = await explain(
    ...JANES,
    '--permission',
    'page:write',
    '--project',
    projectId(2),
  );
  expect(elsewhere).toContain('project-unknown');
});

test('offline it needs a file and the key sets, and says the same; --json has the facts', async () => {
  const online = await explain(...JANES, '--json');
  mkdirSync(join(fixture.folder, 'keys'));
  writeFileSync(join(fixture.folder, 'keys/1'), fixture.registry.keySets[0] ?? '');
  const from = ['--from', fixture.file(fixture.lines()), '--keys', fixture.folder];
  fixture.registry.down = true;
  expect(await explain(...JANES, ...from, '--json')).toBe(online);
  expect(JSON.parse(online)).toMatchObject({
    tenant: ACME,
    at: { seq: 2 },
    decisions: [{ permission: 'invoice:read', project: null, reason: 'granted' }],
    because: [{ fact: { kind: 'tenant' } }, { fact: { seq: 2 } }, { fact: { kind: 'role' } }],
  });
});

test('a seq that the tenant does not have exits with 1', async () => {
  const args = ['facts', 'explain', ACME, ...JANES, '--at', '9'];
  expect(await fixture.tenure(args)).toMatchObject({
    code: 1,
    err: expect.stringContaining('seq 9'),
  });
});
