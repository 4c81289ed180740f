import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OwnerMark } from '../../ports/call.ts';
import type { TenantDatabase } from '../../ports/tenant-database.ts';
import { aCall, asSaga, ofAnotherRegistry } from './a-call.ts';
import { expectEachMended, expectRight } from './observe.ts';
import type { Ways } from './observe.ts';

/** What an outsider sees in a tenant's database; undefined when there is none. */
export interface TenantDatabaseView {
  /** It holds something beside the mark. */
  readonly used: boolean;
  readonly mark: OwnerMark | undefined;
}

export interface TenantDatabaseSubject {
  readonly databases: TenantDatabase;
  /** Makes the database that `tenant` would get, as another program or a crash would leave it. */
  plant(tenant: string, state: { used: boolean; owner?: OwnerMark }): Promise<void>;
  look(tenant: string): Promise<TenantDatabaseView | undefined>;
  /** How a database of ours may be bent, beside the loss of its mark, which the suite plants. */
  readonly ways: Ways<[tenant: string]>;
  /** The server's own name of a tenant's database, as the inventory gives it. */
  nameOf(tenant: string): string;
  /** Writes and reads a row at the handle's address; or the reason why that cannot be. */
  readonly use: ((url: string) => Promise<void>) | string;
  /** Credentials that the server does not know; or the reason why there are none. */
  readonly withWrongCredentials: TenantDatabase | string;
  /** An address where nobody listens; or the reason why there is none. */
  readonly unreachable: TenantDatabase | string;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function tenantDatabaseContract(
  name: string,
  make: () => Promise<TenantDatabaseSubject>,
  options: { listsNoForeignBecause?: string } = {},
): void {
  describe(`tenant database contract: ${name}`, () => {
    let subject: TenantDatabaseSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());

    test('makes a database of its own with the owner mark, that can be used', async () => {
      const call = aCall();
      const { url } = await subject.databases.ensure(call);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
      expect(url).toContain(call.owner.tenant);
      if (typeof subject.use === 'string') return expect(subject.use).toMatch(/ because /);
      await subject.use(url);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: true, mark: call.owner });
    });

    test('answers the same when repeated, also by another operation of the tenant', async () => {
      const call = aCall();
      const first = await subject.databases.ensure(call);
      expect(await subject.databases.ensure(call)).toEqual(first);
      const later = aCall({ tenant: call.owner.tenant });
      expect(await subject.databases.ensure(later)).toEqual(first);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
    });

    test('adopts an empty database that a crash left without its mark', async () => {
      const call = aCall();
      await subject.plant(call.owner.tenant, { used: false });
      await subject.databases.ensure(call);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
    });

    test.each<[string, { used: boolean; owner?: OwnerMark }]>([
      ['in use without a mark', { used: true }],
      ['of another tenant', { used: false, owner: aCall().owner }],
      ['of another tenant in use', { used: true, owner: aCall().owner }],
    ])('refuses a database %s and leaves it as it was', async (_, state) => {
      const call = aCall();
      await subject.plant(call.owner.tenant, state);
      const before = await subject.look(call.owner.tenant);
      expect(before).toEqual({ used: state.used, mark: state.owner });
      await expect(subject.databases.ensure(call)).rejects.toMatchObject({
        code: 'foreign',
        port: 'tenant-database',
      });
      await subject.databases.remove(call);
      expect(await subject.look(call.owner.tenant)).toEqual(before);
    });

    test("what another registry's mark stands on is refused, never changed or removed, and not listed as ours", async () => {
      const call = aCall();
      const { databases } = subject;
      const theirs = ofAnotherRegistry(call);
      const { tenant } = call.owner;
      await databases.ensure(theirs);
      await expect(databases.ensure(call)).rejects.toMatchObject({ code: 'foreign' });
      await databases.remove(call);
      expect(await databases.observe(call)).toEqual({ presence: 'foreign', attributes: [] });
      expect(await subject.look(tenant)).toEqual({ used: false, mark: theirs.owner });
      const items = await databases.inventory(call.signal);
      const name = subject.nameOf(tenant);
      expect(items.filter((item) => item.name === name)).toEqual([{ name, owner: theirs.owner }]);
      expectRight(await databases.observe(theirs));
      await databases.remove(theirs);
      expect(await subject.look(tenant)).toBeUndefined();
    });

    test('removes the database, again and when never made', async () => {
      const call = aCall();
      await subject.databases.remove(call);
      await subject.databases.ensure(call);
      await subject.databases.remove(aCall({ tenant: call.owner.tenant }));
      expect(await subject.look(call.owner.tenant)).toBeUndefined();
      await subject.databases.remove(call);
      expect(await subject.look(call.owner.tenant)).toBeUndefined();
    });

    test('removes an empty database that a crash left without its mark', async () => {
      const call = aCall();
      await subject.plant(call.owner.tenant, { used: false });
      await subject.databases.remove(call);
      expect(await subject.look(call.owner.tenant)).toBeUndefined();
    });

    test('a removed database comes back empty', async () => {
      const call = aCall();
      const { url } = await subject.databases.ensure(call);
      if (typeof subject.use !== 'string') await subject.use(url);
      await subject.databases.remove(call);
      await subject.databases.ensure(call);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
    });

    test('many calls of one operation at once make one database', async () => {
      const call = aCall();
      const once = () => asSaga(() => subject.databases.ensure(call));
      const handles = await Promise.all(Array.from({ length: 8 }, once));
      expect(new Set(handles.map(({ url }) => url)).size).toBe(1);
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
    });

    test('observes what is not there, what is foreign and what is as it should be', async () => {
      const [call, theirs] = [aCall(), aCall()];
      const { databases } = subject;
      expect(await databases.observe(call)).toEqual({ presence: 'absent', attributes: [] });
      await databases.ensure(call);
      expectRight(await databases.observe(aCall({ tenant: call.owner.tenant })));
      await subject.plant(theirs.owner.tenant, { used: true });
      const foreign = { presence: 'foreign', attributes: [] };
      expect(await databases.observe(theirs)).toEqual(foreign);
    });

    test('whatever is bent shows, and is mended by making it again', async () => {
      const { databases } = subject;
      const loseMark = async (tenant: string) => {
        await databases.remove(aCall({ tenant }));
        await subject.plant(tenant, { used: false });
      };
      await expectEachMended({ ...subject.ways, loseMark }, async () => {
        const call = aCall();
        await databases.ensure(call);
        return {
          args: [call.owner.tenant] as [string],
          observe: () => databases.observe(call),
          mend: () => databases.ensure(call),
        };
      });
    });

    test('a stopped call says that nothing is known or done', async () => {
      const stopped = aCall({}, AbortSignal.abort());
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      await expect(subject.databases.ensure(stopped)).rejects.toMatchObject({ code });
      await expect(subject.databases.remove(stopped)).rejects.toMatchObject({ code });
      await expect(subject.databases.observe(stopped)).rejects.toMatchObject({ code });
      await expect(subject.databases.probe(stopped.signal)).rejects.toMatchObject({ code });
      expect(await subject.look(stopped.owner.tenant)).toBeUndefined();
    });

    test('wrong credentials are told from everything else and change nothing', async () => {
      const [call, databases] = [aCall(), subject.withWrongCredentials];
      if (typeof databases === 'string') return expect(databases).toMatch(/ because /);
      const code = 'forbidden';
      await expect(databases.probe(call.signal)).rejects.toMatchObject({ code });
      await expect(databases.ensure(call)).rejects.toMatchObject({ code });
      await subject.databases.ensure(call);
      await expect(databases.remove(call)).rejects.toMatchObject({ code });
      expect(await subject.look(call.owner.tenant)).toEqual({ used: false, mark: call.owner });
    });

    test('a server that is not there is unavailable: nothing was sent', async () => {
      const { unreachable: databases } = subject;
      if (typeof databases === 'string') return expect(databases).toMatch(/ because /);
      const code = 'unavailable';
      await expect(databases.probe(aCall().signal)).rejects.toMatchObject({ code });
      await expect(databases.observe(aCall())).rejects.toMatchObject({ code });
      await expect(databases.ensure(aCall())).rejects.toMatchObject({ code });
      await expect(databases.remove(aCall())).rejects.toMatchObject({ code });
    });

    test('the probe succeeds while the server takes our credentials', async () => {
      await expect(subject.databases.probe(aCall().signal)).resolves.toBeUndefined();
    });

    test('the inventory shows ours and forgets what is removed', async () => {
      const call = aCall();
      const item = { name: subject.nameOf(call.owner.tenant), owner: call.owner };
      await subject.databases.ensure(call);
      expect(await subject.databases.inventory(call.signal)).toContainEqual(item);
      await subject.databases.remove(call);
      expect(await subject.databases.inventory(call.signal)).not.toContainEqual(item);
    });

    if (options.listsNoForeignBecause === undefined) {
      test('the inventory shows what carries no mark', async () => {
        const tenant = randomUUID();
        await subject.plant(tenant, { used: true });
        expect(await subject.databases.inventory(aCall().signal)).toContainEqual({
          name: subject.nameOf(tenant),
          owner: undefined,
        });
      });
    }
  });
}
