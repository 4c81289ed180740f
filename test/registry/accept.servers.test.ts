import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSeededClock } from '../../adapters/memory/clock.ts';
import { readManifests } from '../../adapters/manifests/read.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { acceptProvision, type ProvisionRequest } from '../../registry/accept-provision.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { commitStep } from '../../registry/commit.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { registryDatabase, type RegistryDatabase } from '../adapters/postgres/registry-database.ts';

const LOG = { log: 'tenure.test/accept', epoch: 1 };
const SEEDED = '00000000-0000-0000-0000-000000000001';

let registry: RegistryDatabase;
const clock = createSeededClock(1_000);
const ids = { uuid: () => randomUUID() as string };
const declare = async () =>
  declarePlatform({ ...registry.worker, clock, ids }, LOG, await readManifests());

beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

const ports = () => ({
  ...registry.api,
  ...{ clock, ids, domain: 'example.test', seeds: new Map([['acme', SEEDED]]) },
});

const requestOf = (over: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  actor: 'operator',
  slug: `t-${randomUUID().slice(0, 8)}`,
  displayName: 'Acme',
  isolation: 'silo',
  plan: 'team',
  demo: false,
  adminEmail: 'ann@example.com',
  identityProviders: [],
  ...over,
});

function assureAccepted(result: AcceptResult) {
  if (result.outcome !== 'accepted') throw new Error(`not accepted: ${result.outcome}`);
  return result.operation;
}

describe('the platform chain', () => {
  test('two first starts at once declare it once; later starts change nothing', async () => {
    const results = await Promise.all([declare(), declare()]);
    const entries = (await registry.admin.query('select from catalog')).rowCount;
    expect(results.map(({ facts }) => facts.length).toSorted((a, b) => b - a)).toEqual([
      entries,
      0,
    ]);
    expect((await declare()).facts).toEqual([]);
    expect((await registry.api.tenants.readCatalog()).plans.has('team')).toBe(true);
  });

  test('follows the manifests: what they leave out is retracted', async () => {
    const declaration = await readManifests();
    const plans = new Map([...declaration.plans].filter(([name]) => name !== 'free'));
    const platform = { ...registry.worker, clock, ids };
    const changed = await declarePlatform(platform, LOG, { ...declaration, plans });
    expect(changed.facts).toHaveLength(1);
    expect((await registry.api.tenants.readCatalog()).plans.has('free')).toBe(false);
    expect((await declare()).facts).toHaveLength(1);
  });
});

describe('a provisioning', () => {
  test('is accepted with every id that the saga will need, and its secrets apart', async () => {
    const provider = {
      ...{ alias: 'corp', issuer: 'https://idp.test', clientId: 'c', clientSecret: 's3cret' },
      ...{ authorizationUrl: 'https://idp.test/a', tokenUrl: 'https://idp.test/t' },
      jwksUrl: 'https://idp.test/j',
    };
    const request = requestOf({ identityProviders: [provider] });
    const operation = assureAccepted(await acceptProvision(ports(), request));
    const input = provisionInputOf(operation.input);
    expect(input).toMatchObject({ slug: request.slug, host: `${request.slug}.example.test` });
    expect(input.adminMember).not.toBe(input.adminUserId);
    expect(JSON.stringify(operation)).not.toContain('s3cret');
    const { tenant } = operation;
    expect(await registry.worker.secrets.find(tenant, 'identity-provider/corp')).toBe('s3cret');
  });

  test.each([
    ['slug', { slug: 'Acme' }, 'slug-characters'],
    ['slug', { slug: 'xn--acme' }, 'slug-dash'],
    ['slug', { slug: 'www' }, 'slug-reserved'],
    ['adminEmail', { adminEmail: 'ann' }, 'email-malformed'],
    ['plan', { plan: 'no-such-plan' }, 'plan-unknown'],
  ] as const)('with a wrong %s is refused and reserves nothing: %j', async (field, over, code) => {
    const before = (await registry.admin.query('select from tenants')).rowCount;
    const result = await acceptProvision(ports(), requestOf(over));
    expect(result).toEqual({ outcome: 'invalid', problems: [{ field, code }] });
    expect((await registry.admin.query('select from tenants')).rowCount).toBe(before);
  });

  test('says all that is wrong at once', async () => {
    const result = await acceptProvision(
      ports(),
      requestOf({ slug: 'a', adminEmail: '', plan: '' }),
    );
    expect(result).toMatchObject({
      problems: [{ field: 'slug' }, { field: 'adminEmail' }, { field: 'plan' }],
    });
  });

  test('of a seeded slug takes the seeded id once; after a failure another one', async () => {
    const slug = 'acme';
    const first = assureAccepted(await acceptProvision(ports(), requestOf({ slug })));
    expect(first.tenant).toBe(SEEDED);
    expect(await acceptProvision(ports(), requestOf({ slug }))).toEqual({ outcome: 'slug-taken' });
    await registry.worker.operations.undoAcceptance(first.id, 2_000);
    const second = assureAccepted(await acceptProvision(ports(), requestOf({ slug })));
    expect(second.tenant).not.toBe(SEEDED);
  });

  test('of a seeded slug by several at once is won by one', async () => {
    const seeds = new Map([['globex', randomUUID() as string]]);
    const results = await Promise.all(
      Array.from({ length: 5 }, () =>
        acceptProvision({ ...ports(), seeds }, requestOf({ slug: 'globex' })),
      ),
    );
    const outcomes = results.map(({ outcome }) => outcome).toSorted();
    expect(outcomes).toEqual(['accepted', ...Array.from({ length: 4 }, () => 'slug-taken')]);
  });

  test('with a key that was answered keeps its answer, though the plan is gone by now', async () => {
    const idempotency = { caller: 'operator', route: 'POST /v1/tenants', key: randomUUID() };
    const request = requestOf({ idempotency });
    const operation = assureAccepted(await acceptProvision(ports(), request));
    await registry.admin.query(`delete from catalog where name = 'team'`);
    const again = await acceptProvision(ports(), request);
    await declare();
    expect(again).toMatchObject({ outcome: 'replayed', operation: { id: operation.id } });
    const other = await acceptProvision(ports(), { ...request, displayName: 'Other' });
    expect(other).toEqual({ outcome: 'idempotency-key-reused' });
  });
});

describe('a change of roles', () => {
  const change = { actor: 'operator', roles: ['org-member'] };

  async function active() {
    const operation = assureAccepted(await acceptProvision(ports(), requestOf()));
    const { id, tenant, actor } = operation;
    const { adminMember, adminUserId } = provisionInputOf(operation.input);
    const issuer = 'https://id.example.test/realms/x';
    await commitStep(registry.worker.commits, LOG, {
      ...{ operation: id, step: 'activate', tenant, actor, rule: activateTenant },
      command: { tenant, issuer, databaseUrl: 'http://db', adminMember, adminSub: adminUserId },
      ...{ atMs: 1_000, releaseLock: true },
    });
    return { tenant, member: adminMember };
  }

  test('is accepted with sorted roles, and a second one meanwhile is told who is first', async () => {
    const target = await active();
    const roles = ['org-owner', 'org-admin', 'org-owner'];
    const operation = assureAccepted(
      await acceptRoleChange(ports(), { ...change, ...target, roles }),
    );
    expect(operation.input).toEqual({ member: target.member, roles: ['org-admin', 'org-owner'] });
    expect(await acceptRoleChange(ports(), { ...change, ...target })).toEqual({
      outcome: 'tenant-busy',
      by: operation.id,
    });
  });

  test('is refused for a role that is not there or is of projects', async () => {
    const target = await active();
    const roles = ['org-owner', 'project-owner', 'nothing'];
    expect(await acceptRoleChange(ports(), { ...change, ...target, roles })).toEqual({
      outcome: 'invalid',
      problems: [
        { field: 'roles.1', code: 'role-unknown' },
        { field: 'roles.2', code: 'role-unknown' },
      ],
    });
  });

  test('is refused where tenant or member is not there or not active', async () => {
    const { tenant, member } = await active();
    const nobody = randomUUID();
    const ask = async (over: object) =>
      (await acceptRoleChange(ports(), { ...change, tenant, member, ...over })).outcome;
    expect(await ask({ tenant: nobody })).toBe('tenant-not-found');
    expect(await ask({ member: nobody })).toBe('member-not-found');
    await registry.admin.query(`update memberships set state = 'inactive' where id = $1`, [member]);
    expect(await ask({})).toBe('member-state');
    await registry.admin.query(`update tenants set state = 'frozen' where id = $1`, [tenant]);
    expect(await ask({})).toBe('tenant-state');
  });
});
