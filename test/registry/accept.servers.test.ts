import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSeededClock } from '../../adapters/memory/clock.ts';
import { readManifests } from '../../adapters/manifests/read.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { acceptFreeze } from '../../registry/accept-freezing.ts';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { acceptProvision, type ProvisionRequest } from '../../registry/accept-provision.ts';
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

describe('a change of membership', () => {
  const actor = 'operator';

  async function active() {
    const operation = assureAccepted(await acceptProvision(ports(), requestOf()));
    const { id, tenant, actor: by } = operation;
    const { adminMember, adminUserId } = provisionInputOf(operation.input);
    const issuer = 'https://id.example.test/realms/x';
    await commitStep(registry.worker.commits, LOG, {
      ...{ operation: id, step: 'activate', tenant, actor: by, rule: activateTenant },
      command: { tenant, issuer, databaseUrl: 'http://db', adminMember, adminSub: adminUserId },
      ...{ atMs: 1_000, releaseLock: true },
    });
    return { tenant, member: adminMember, sub: adminUserId };
  }

  const ask = (tenant: string, change: AskedChange, key?: string) =>
    acceptMembershipChange(ports(), {
      ...{ actor, tenant, change },
      ...(key && { idempotency: { caller: actor, route: 'change', key } }),
    });
  const addMember = (tenant: string, state: string, roles: readonly string[]) => {
    const id = randomUUID();
    const text = `insert into memberships (tenant, id, state, issuer, sub, roles)
                  values ($1, $2, $3, 'https://id.example.test/realms/x', $4, $5)`;
    return registry.admin.query(text, [tenant, id, state, `sub-${id}`, roles]).then(() => id);
  };

  test('of roles is accepted with each of them once, sorted', async () => {
    const { tenant, member } = await active();
    const roles = ['org-owner', 'org-admin', 'org-owner'];
    const operation = assureAccepted(await ask(tenant, { change: 'roles', member, roles }));
    const sorted = ['org-admin', 'org-owner'];
    expect(operation.input).toMatchObject({ change: 'roles', member, roles: sorted });
  });

  test('is kept waiting by nobody: neither by another one, nor by who holds the lock', async () => {
    const { tenant } = await active();
    const bob = await addMember(tenant, 'active', []);
    assureAccepted(await acceptFreeze(ports(), { actor, tenant, reason: 'unpaid' }));
    const deactivation = await ask(tenant, { change: 'deactivate', member: bob });
    expect(deactivation.outcome).toBe('accepted');
    expect((await ask(tenant, { change: 'leave', member: bob })).outcome).toBe('accepted');
  });

  test('that ends a membership keeps the sub, which no row will know', async () => {
    const { tenant } = await active();
    const bob = await addMember(tenant, 'inactive', []);
    const operation = assureAccepted(await ask(tenant, { change: 'leave', member: bob }));
    expect(operation.input).toEqual({
      change: 'leave',
      member: bob,
      subs: { [bob]: `sub-${bob}` },
    });
  });

  test('is refused for a role that is not there or is of projects', async () => {
    const { tenant, member } = await active();
    const roles = ['org-owner', 'project-owner', 'nothing'];
    expect(await ask(tenant, { change: 'roles', member, roles })).toEqual({
      outcome: 'invalid',
      problems: [
        { field: 'roles.1', code: 'role-unknown' },
        { field: 'roles.2', code: 'role-unknown' },
      ],
    });
  });

  test('that would leave no owner is refused before there is a saga', async () => {
    const { tenant, member } = await active();
    const bob = await addMember(tenant, 'active', []);
    await addMember(tenant, 'inactive', ['org-owner']);
    const changes: readonly AskedChange[] = [
      { change: 'roles', member, roles: [] },
      { change: 'deactivate', member },
      { change: 'leave', member },
    ];
    for (const change of changes)
      expect(await ask(tenant, change)).toEqual({ outcome: 'last-owner' });
    const transfer = { change: 'transfer-ownership', from: bob, to: member } as const;
    expect(await ask(tenant, transfer)).toEqual({ outcome: 'not-owner' });
    await addMember(tenant, 'active', ['org-owner']);
    for (const change of changes) expect((await ask(tenant, change)).outcome).toBe('accepted');
  });

  test('is refused where tenant or member is not there or not in a state for it', async () => {
    const { tenant, member } = await active();
    const nobody = randomUUID();
    const roles = { change: 'roles', member, roles: ['org-owner'] } as const;
    expect((await ask(nobody, roles)).outcome).toBe('tenant-not-found');
    expect((await ask(tenant, { ...roles, member: nobody })).outcome).toBe('member-not-found');
    expect((await ask(tenant, { change: 'reactivate', member })).outcome).toBe('member-state');
    await registry.admin.query(`update memberships set state = 'inactive' where id = $1`, [member]);
    expect((await ask(tenant, roles)).outcome).toBe('member-state');
    await registry.admin.query(`update tenants set state = 'frozen' where id = $1`, [tenant]);
    expect((await ask(tenant, roles)).outcome).toBe('tenant-state');
    expect((await ask(tenant, { change: 'reactivate', member })).outcome).toBe('tenant-state');
  });

  test('with a key that was answered keeps its answer, though the member is gone by now', async () => {
    const { tenant } = await active();
    const bob = await addMember(tenant, 'active', []);
    const change = { change: 'leave', member: bob } as const;
    const operation = assureAccepted(await ask(tenant, change, tenant));
    await registry.admin.query('delete from memberships where id = $1', [bob]);
    expect(await ask(tenant, change, tenant)).toMatchObject({
      ...{ outcome: 'replayed', operation: { id: operation.id } },
    });
    expect(await ask(tenant, { ...change, change: 'deactivate' }, tenant)).toEqual({
      outcome: 'idempotency-key-reused',
    });
  });
});
