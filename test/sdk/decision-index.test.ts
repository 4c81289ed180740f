import { beforeEach, describe, expect, test } from '@jest/globals';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FactDraft, JsonObject } from '../../facts/core/types.ts';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { ISSUER, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { ACME, GLOBEX, memberId, projectId } from './support/tenants.ts';

let index: Index;
const apply = (tenant: string, draft: FactDraft): void =>
  index.apply({ tenant, ...draft, body: draft.body as unknown as JsonObject });
const role = (name: string, scope: 'tenant' | 'project', permissions: string[]): FactDraft => ({
  kind: 'role',
  subject: `role:${name}`,
  op: 'assert',
  body: { scope, permissions },
});
const retract = (draft: FactDraft): FactDraft => ({
  kind: draft.kind,
  subject: draft.subject,
  op: 'retract',
  body: {},
});
const project = (id: string): FactDraft => ({
  kind: 'project',
  subject: `project:${id}`,
  op: 'assert',
  body: { state: 'active' },
});
const grant = (member: string, to: string, roles: string[]): FactDraft => ({
  kind: 'grant',
  subject: `grant:${member}:${to}`,
  op: 'assert',
  body: { member, project: to, roles },
});
const decide = (sub: string, permission: string, tenant = ACME, inProject?: string): string =>
  index.decide(ISSUER, sub, permission, tenant, inProject);

const [JANE, JOE] = [memberId(1), memberId(2)];
const SITE = projectId(1);

beforeEach(() => {
  index = new Index();
  apply(PLATFORM_TENANT, role('owner', 'tenant', ['*']));
  apply(PLATFORM_TENANT, role('viewer', 'tenant', ['invoice:read']));
  apply(PLATFORM_TENANT, role('editor', 'project', ['page:write']));
  apply(ACME, tenantDraft(ACME));
  apply(ACME, memberDraft(JANE, 'jane', ['viewer']));
  apply(ACME, memberDraft(JOE, 'joe', []));
  apply(ACME, project(SITE));
  apply(ACME, grant(JOE, SITE, ['editor']));
});

test('a role grants its permissions and no others', () => {
  expect(decide('jane', 'invoice:read')).toBe('granted');
  expect(decide('jane', 'invoice:write')).toBe('no-permission');
  apply(ACME, memberDraft(JANE, 'jane', ['owner']));
  expect(decide('jane', 'anything:at-all')).toBe('granted');
});

test('a tenant role holds in projects too; a grant holds in its project only', () => {
  expect(decide('jane', 'invoice:read', ACME, SITE)).toBe('granted');
  expect(decide('joe', 'page:write', ACME, SITE)).toBe('granted');
  expect(decide('joe', 'page:write')).toBe('no-permission');
  expect(decide('jane', 'page:write', ACME, SITE)).toBe('no-permission');
});

test('a retracted project denies whatever names it', () => {
  apply(ACME, retract(project(SITE)));
  expect(decide('joe', 'page:write', ACME, SITE)).toBe('project-unknown');
  expect(decide('jane', 'invoice:read', ACME, SITE)).toBe('project-unknown');
});

test('a retracted role denies whatever names it, and a changed one changes at once', () => {
  apply(PLATFORM_TENANT, role('viewer', 'tenant', ['invoice:list']));
  expect(decide('jane', 'invoice:list')).toBe('granted');
  expect(decide('jane', 'invoice:read')).toBe('no-permission');
  apply(PLATFORM_TENANT, retract(role('viewer', 'tenant', [])));
  expect(decide('jane', 'invoice:list')).toBe('no-permission');
});

test('a role may be stated after the members that have it', () => {
  apply(ACME, memberDraft(JANE, 'jane', ['auditor']));
  expect(decide('jane', 'log:read')).toBe('no-permission');
  apply(PLATFORM_TENANT, role('auditor', 'tenant', ['log:read']));
  expect(decide('jane', 'log:read')).toBe('granted');
});

test('a role counts in its own scope only', () => {
  apply(ACME, memberDraft(JANE, 'jane', ['editor']));
  apply(ACME, grant(JANE, SITE, ['owner']));
  expect(decide('jane', 'page:write', ACME, SITE)).toBe('no-permission');
});

test('only the platform chain gives roles their meaning', () => {
  apply(ACME, role('viewer', 'tenant', ['*']));
  expect(decide('jane', 'invoice:write')).toBe('no-permission');
});

test.each(['frozen', 'archived'] as const)('a %s tenant denies everything', (state) => {
  apply(ACME, tenantDraft(ACME, state));
  expect(decide('jane', 'invoice:read')).toBe('tenant-inactive');
  expect(index.entitlement(ACME, 'crm', 0).reason).toBe('tenant-inactive');
  apply(ACME, tenantDraft(ACME, 'trial'));
  expect(decide('jane', 'invoice:read')).toBe('granted');
});

test('a tenant that is not known, or was retracted, denies everything', () => {
  expect(decide('jane', 'invoice:read', GLOBEX)).toBe('tenant-unknown');
  apply(ACME, retract(tenantDraft(ACME)));
  expect(decide('jane', 'invoice:read')).toBe('tenant-unknown');
});

describe('membership', () => {
  test.each(['pending', 'inactive'] as const)('%s grants nothing', (state) => {
    apply(ACME, memberDraft(JANE, 'jane', ['owner'], state));
    expect(decide('jane', 'invoice:read')).toBe('member-inactive');
  });
  test('without an identity it grants nothing', () => {
    apply(ACME, memberDraft(JANE, null, ['owner']));
    expect(decide('jane', 'invoice:read')).toBe('member-unknown');
  });
  test('another issuer with the same subject is somebody else', () => {
    expect(index.decide('https://evil.example', 'jane', 'invoice:read', ACME, undefined)).toBe(
      'member-unknown',
    );
  });
  test('retracted it grants nothing, and its grants are of no use', () => {
    apply(ACME, retract(memberDraft(JOE, 'joe', [])));
    expect(decide('joe', 'page:write', ACME, SITE)).toBe('member-unknown');
  });
  test('bound to another identity, the old one loses it', () => {
    apply(ACME, memberDraft(JANE, 'jane-2', ['viewer']));
    expect(decide('jane', 'invoice:read')).toBe('member-unknown');
    expect(decide('jane-2', 'invoice:read')).toBe('granted');
  });
  test('who left and came back counts by the membership that is active', () => {
    apply(ACME, memberDraft(JANE, 'jane', ['owner'], 'inactive'));
    apply(ACME, memberDraft(memberId(9), 'jane', ['viewer']));
    expect(decide('jane', 'invoice:read')).toBe('granted');
    expect(decide('jane', 'invoice:write')).toBe('no-permission');
    apply(ACME, retract(memberDraft(JANE, 'jane', [])));
    expect(decide('jane', 'invoice:read')).toBe('granted');
    apply(ACME, retract(memberDraft(memberId(9), 'jane', [])));
    expect(decide('jane', 'invoice:read')).toBe('member-unknown');
  });
});

test('an entitlement holds until it ends', () => {
  const body = { product: 'crm', plan: 'team', limits: { seats: 5 }, until: null };
  const draft: FactDraft = { kind: 'entitlement', subject: 'entitlement:crm', op: 'assert', body };
  expect(index.entitlement(ACME, 'crm', 0).reason).toBe('not-entitled');
  apply(ACME, draft);
  expect(index.entitlement(ACME, 'crm', 0)).toEqual({ reason: 'entitled', body });
  const until = '2026-11-21T00:00:00.000Z';
  apply(ACME, { ...draft, body: { ...body, until } });
  expect(index.entitlement(ACME, 'crm', Date.parse(until) - 1).reason).toBe('entitled');
  expect(index.entitlement(ACME, 'crm', Date.parse(until)).reason).toBe('ended');
  apply(ACME, retract(draft));
  expect(index.entitlement(ACME, 'crm', 0).reason).toBe('not-entitled');
});
