import { beforeAll, expect, test } from '@jest/globals';
import {
  createPostgresDatabases,
  PASSWORD_SECRET,
} from '../../../adapters/postgres-databases/adapter.ts';
import type { Call } from '../../../ports/call.ts';
import { formatOwnerMark } from '../../../ports/owner-mark.ts';
import { aCall, ofAnotherRegistry } from '../../contracts/a-call.ts';
import { eventually } from '../../support/eventually.ts';
import { aTenantServer, connected, MAX_CONNECTIONS, run } from './subject.ts';

let subject: Awaited<ReturnType<typeof aTenantServer>>;
beforeAll(async () => {
  subject = await aTenantServer();
});

const nameOf = (call: Call) => `tenant-${call.owner.tenant}`;
const markOf = ({ owner }: Call) => formatOwnerMark(owner);
const NO_RIGHT = '42501';

/** Of two tenants, the one's credentials at the other's database. */
async function intruder() {
  const { databases, asTenant, at } = subject;
  const [theirs, ours] = [aCall(), aCall()];
  await databases.ensure(theirs);
  const { url } = await databases.ensure(ours);
  return { theirs, url: at(nameOf(theirs), asTenant(url)) };
}

test("a tenant's role does not get into another tenant's database", async () => {
  const { url } = await intruder();
  await expect(run(url, 'select 1')).rejects.toMatchObject({ code: NO_RIGHT });
});

test('without the revocation it would: the claim above can fail', async () => {
  const { url, theirs } = await intruder();
  await run(subject.superUrl, `grant connect on database "${nameOf(theirs)}" to public`);
  await expect(run(url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('a tenant cannot write over the mark, and has no rights beyond its database', async () => {
  const call = aCall();
  const url = subject.asTenant((await subject.databases.ensure(call)).url);
  const name = nameOf(call);
  for (const attempt of [
    `comment on database "${name}" is null`,
    `alter database "${name}" rename to mine`,
    `drop owned by postgres`,
    'create database mine',
    'create role mine',
  ]) {
    await expect(run(url, attempt)).rejects.toMatchObject({ code: NO_RIGHT });
  }
});

test('a tenant has so many connections at once and no more', async () => {
  const url = subject.asTenant((await subject.databases.ensure(aCall())).url);
  const fill = (more: number): Promise<unknown> =>
    connected(url, async () => (more === 1 ? run(url, 'select 1') : fill(more - 1)));
  await expect(fill(MAX_CONNECTIONS - 1)).resolves.toBeDefined();
  await expect(fill(MAX_CONNECTIONS)).rejects.toMatchObject({ code: '53300' });
});

test('a database goes though its tenant is connected, and so does the role', async () => {
  const call = aCall();
  const url = subject.asTenant((await subject.databases.ensure(call)).url);
  await connected(url, async (client) => {
    await client.query('select 1');
    await subject.databases.remove(call);
  });
  const left = `select from pg_roles where rolname = '${nameOf(call)}'
    union all select from pg_database where datname = '${nameOf(call)}'`;
  expect(await run(subject.superUrl, left)).toEqual([]);
});

test('a closed database without a mark is what a crash left, if our login made it', async () => {
  const [ours, others] = [aCall(), aCall()];
  const closed = 'template template0 allow_connections false';
  await run(subject.adminUrl, `create database "${nameOf(ours)}" ${closed}`);
  const { url } = await subject.databases.ensure(ours);
  await expect(run(subject.asTenant(url), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  await run(subject.superUrl, `create database "${nameOf(others)}" ${closed}`);
  await expect(subject.databases.ensure(others)).rejects.toMatchObject({ code: 'foreign' });
});

test.each([
  ['without a mark', () => 'null'],
  ['of another tenant', () => `'${markOf(aCall())}'`],
  ['of another registry', (call: Call) => `'${markOf(ofAnotherRegistry(call))}'`],
])('a role %s is refused, left as it was, and nothing is made', async (_, comment) => {
  const call = aCall();
  const name = nameOf(call);
  await run(
    subject.superUrl,
    `create role "${name}"; comment on role "${name}" is ${comment(call)}`,
  );
  const look = `select rolcanlogin, shobj_description(oid, 'pg_authid') from pg_roles
    where rolname = '${name}'`;
  const before = await run(subject.superUrl, look);
  await expect(subject.databases.ensure(call)).rejects.toMatchObject({ code: 'foreign' });
  await subject.databases.remove(call);
  expect(await run(subject.superUrl, look)).toEqual(before);
  expect(subject.secrets.held.has(`${call.owner.tenant}/${PASSWORD_SECRET}`)).toBe(false);
});

test('a role that a crash left without its database is listed, taken and removed', async () => {
  const [taken, removed] = [aCall(), aCall()];
  for (const call of [taken, removed]) {
    const name = nameOf(call);
    await run(
      subject.adminUrl,
      `create role "${name}"; comment on role "${name}" is '${markOf(call)}'`,
    );
    const item = { name, owner: call.owner };
    expect(await subject.databases.inventory(call.signal)).toContainEqual(item);
  }
  const { url } = await subject.databases.ensure(taken);
  await expect(run(subject.asTenant(url), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  await subject.databases.remove(removed);
  const names = (await subject.databases.inventory(removed.signal)).map(({ name }) => name);
  expect(names).not.toContain(nameOf(removed));
});

test('a role that owns something in another database waits for a person', async () => {
  const call = aCall();
  const url = subject.asTenant((await subject.databases.ensure(call)).url);
  const [made] = await run(subject.at('postgres', url), 'select lo_create(0) as oid');
  const error = subject.databases.remove(call);
  await expect(error).rejects.toMatchObject({
    code: 'unavailable',
    message: 'the role of the tenant owns something in another database',
  });
  await run(subject.superUrl, `select lo_unlink(${String(made?.['oid'])})`);
  await subject.databases.remove(call);
});

test('calls of one tenant take turns: none trips over another', async () => {
  const call = aCall();
  const once = () => subject.databases.ensure(call);
  const handles = await Promise.all([once(), once(), once(), once()]);
  expect(new Set(handles.map(({ url }) => url)).size).toBe(1);
  const url = subject.asTenant(handles[0].url);
  await expect(run(url, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('a stopped call leaves the queue at the server, too', async () => {
  const call = aCall();
  const lock = `select pg_advisory_lock(x'74656462'::int, hashtext('${nameOf(call)}'))`;
  const waiting = `select from pg_stat_activity
    where usename = '${subject.login}' and wait_event = 'advisory'`;
  await connected(subject.superUrl, async (holder) => {
    await holder.query(lock);
    const stop = new AbortController();
    const stopped = subject.databases.ensure({ ...call, signal: stop.signal });
    await eventually(async () => (await run(subject.superUrl, waiting)).length === 1);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'unavailable' });
    await eventually(async () => (await run(subject.superUrl, waiting)).length === 0);
  });
  const made = `select from pg_database where datname = '${nameOf(call)}'`;
  expect(await run(subject.superUrl, made)).toEqual([]);
});

test('the probe tells a login that may not make databases', async () => {
  const { superUrl, login, options, secrets } = subject;
  const weak = `weak-${login.slice(6)}`;
  await run(superUrl, `create role "${weak}" login createdb password 'weak'`);
  const adminUrl = Object.assign(new URL(superUrl), { username: weak, password: 'weak' }).href;
  const databases = createPostgresDatabases({ ...options, adminUrl }, secrets);
  await expect(databases.probe(aCall().signal)).rejects.toMatchObject({ code: 'forbidden' });
});
