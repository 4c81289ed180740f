import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OwnerMark } from '../../ports/call.ts';
import type { Routes } from '../../ports/routes.ts';
import { aCall, asSaga, ofAnotherRegistry } from './a-call.ts';
import { expectEachMended, expectRight } from './observe.ts';
import type { Ways } from './observe.ts';

/** What an outsider sees under a slug, without the adapter; undefined when nothing is there. */
export interface RouteView {
  readonly host: string;
  readonly mark: OwnerMark | undefined;
}

export interface RoutesSubject {
  readonly routes: Routes;
  /** Puts a route straight into the server, as another person or program would. */
  plant(slug: string, route: { host: string; owner?: OwnerMark }): Promise<void>;
  look(slug: string): Promise<RouteView | undefined>;
  /** The whole object, without what the server keeps its own books by. */
  snapshot(slug: string): Promise<unknown>;
  /** Whether requests to the host would reach the front end. */
  isOpen(slug: string): Promise<boolean>;
  /** How a route of ours may be bent. */
  readonly ways: Ways<[slug: string]>;
  /** Credentials that the server does not know, and known ones without rights; or why none. */
  readonly withWrongCredentials: readonly Routes[] | string;
  /** An address where nobody listens; or the reason why there is none. */
  readonly unreachable: Routes | string;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function routesContract(name: string, make: () => Promise<RoutesSubject>): void {
  describe(`routes contract: ${name}`, () => {
    let subject: RoutesSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());
    const aRequest = () => {
      const slug = `t${randomUUID().slice(0, 8)}`;
      return { slug, host: `${slug}.saas.test` };
    };

    test('makes the route to the host with the owner mark', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.ensure(request, call);
      expect(await subject.look(request.slug)).toEqual({ host: request.host, mark: call.owner });
    });

    test('answers the same when repeated, also by another operation of the tenant', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.ensure(request, call);
      await subject.routes.ensure(request, call);
      await subject.routes.ensure(request, aCall({ tenant: call.owner.tenant }));
      expect(await subject.look(request.slug)).toEqual({ host: request.host, mark: call.owner });
    });

    test('brings a route of ours to the host that is asked for', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.ensure(request, call);
      await subject.routes.ensure({ ...request, host: 'other.saas.test' }, call);
      expect(await subject.look(request.slug)).toMatchObject({ host: 'other.saas.test' });
    });

    test.each([
      ['without a mark', {}],
      ['of another tenant', { owner: aCall().owner }],
    ])('refuses a route %s and leaves it as it was', async (_, parts) => {
      const { slug, host } = aRequest();
      await subject.plant(slug, { host: 'theirs.saas.test', ...parts });
      const before = await subject.look(slug);
      expect(before).toBeDefined();
      await expect(subject.routes.ensure({ slug, host }, aCall())).rejects.toMatchObject({
        code: 'foreign',
        port: 'routes',
      });
      await subject.routes.remove(slug, aCall());
      expect(await subject.look(slug)).toEqual(before);
    });

    test('suspended it leads nowhere, and restored it is the same object as before', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.ensure(request, call);
      const before = await subject.snapshot(request.slug);
      expect(await subject.isOpen(request.slug)).toBe(true);
      expect(await subject.routes.observe(request, call)).toMatchObject({ open: true });
      const freeze = aCall({ tenant: call.owner.tenant });
      await subject.routes.suspend(request, freeze);
      await subject.routes.suspend(request, freeze);
      expect(await subject.isOpen(request.slug)).toBe(false);
      expect(await subject.routes.observe(request, freeze)).toMatchObject({ open: false });
      expect(await subject.look(request.slug)).toEqual({ host: request.host, mark: call.owner });
      const unfreeze = aCall({ tenant: call.owner.tenant });
      await subject.routes.restore(request, unfreeze);
      await subject.routes.restore(request, unfreeze);
      expect(await subject.snapshot(request.slug)).toEqual(before);
      expect(await subject.isOpen(request.slug)).toBe(true);
      expectRight(await subject.routes.observe(request, unfreeze));
    });

    test('what is gone is suspended already, and made anew by a restore', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.suspend(request, call);
      expect(await subject.look(request.slug)).toBeUndefined();
      await subject.routes.restore(request, call);
      expect(await subject.isOpen(request.slug)).toBe(true);
    });

    test.each([
      ['without a mark', {}],
      ['of another tenant', { owner: aCall().owner }],
    ])('a route %s is neither suspended nor restored', async (_, parts) => {
      const { slug, host } = aRequest();
      await subject.plant(slug, { host: 'theirs.saas.test', ...parts });
      const before = await subject.snapshot(slug);
      await subject.routes.suspend({ slug, host }, aCall());
      expect(await subject.snapshot(slug)).toEqual(before);
      await expect(subject.routes.restore({ slug, host }, aCall())).rejects.toMatchObject({
        code: 'foreign',
      });
      expect(await subject.snapshot(slug)).toEqual(before);
    });

    test("what another registry's mark stands on is refused, never changed or removed, and not listed as ours", async () => {
      const [request, call] = [aRequest(), aCall()];
      const { routes } = subject;
      const theirs = ofAnotherRegistry(call);
      await routes.ensure(request, theirs);
      const before = await subject.snapshot(request.slug);
      const code = 'foreign';
      await expect(routes.ensure(request, call)).rejects.toMatchObject({ code });
      await expect(routes.restore(request, call)).rejects.toMatchObject({ code });
      await routes.suspend(request, call);
      await routes.remove(request.slug, call);
      const foreign = { presence: 'foreign', attributes: [] };
      expect(await routes.observe(request, call)).toEqual(foreign);
      expect(await subject.snapshot(request.slug)).toEqual(before);
      const items = await routes.inventory(call.signal);
      expect(items).toContainEqual({ name: request.slug, owner: theirs.owner });
      expect(items).not.toContainEqual({ name: request.slug, owner: call.owner });
      await routes.remove(request.slug, theirs);
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('removes the route, again and when never made', async () => {
      const [request, call] = [aRequest(), aCall()];
      await subject.routes.remove(request.slug, call);
      await subject.routes.ensure(request, call);
      await subject.routes.remove(request.slug, aCall({ tenant: call.owner.tenant }));
      expect(await subject.look(request.slug)).toBeUndefined();
      await subject.routes.remove(request.slug, call);
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('a slug can be routed again by another tenant after its removal', async () => {
      const [request, first, second] = [aRequest(), aCall(), aCall()];
      await subject.routes.ensure(request, first);
      await subject.routes.remove(request.slug, first);
      await subject.routes.ensure(request, second);
      expect((await subject.look(request.slug))?.mark).toEqual(second.owner);
    });

    test('many calls of one operation at once make one route', async () => {
      const [request, call] = [aRequest(), aCall()];
      const once = () => asSaga(() => subject.routes.ensure(request, call));
      await Promise.all(Array.from({ length: 8 }, once));
      expect(await subject.look(request.slug)).toEqual({ host: request.host, mark: call.owner });
    });

    test('observes what is not there, what is foreign and what is as it should be', async () => {
      const [request, alien, call] = [aRequest(), aRequest(), aCall()];
      const { routes } = subject;
      expect(await routes.observe(request, call)).toEqual({ presence: 'absent', attributes: [] });
      await routes.ensure(request, call);
      expectRight(await routes.observe(request, aCall({ tenant: call.owner.tenant })));
      const foreign = { presence: 'foreign', attributes: [] };
      expect(await routes.observe(request, aCall())).toEqual(foreign);
      await subject.plant(alien.slug, { host: alien.host });
      expect(await routes.observe(alien, call)).toEqual(foreign);
    });

    test('whatever is bent shows, and is mended by making it again', async () => {
      const { routes } = subject;
      await expectEachMended(subject.ways, async () => {
        const [request, call] = [aRequest(), aCall()];
        await routes.ensure(request, call);
        return {
          args: [request.slug] as [string],
          observe: () => routes.observe(request, call),
          mend: () => routes.ensure(request, call),
        };
      });
    });

    test('a stopped call says that nothing is known or done', async () => {
      const [request, stopped] = [aRequest(), aCall({}, AbortSignal.abort())];
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      await expect(subject.routes.ensure(request, stopped)).rejects.toMatchObject({ code });
      await expect(subject.routes.remove(request.slug, stopped)).rejects.toMatchObject({ code });
      await expect(subject.routes.suspend(request, stopped)).rejects.toMatchObject({ code });
      await expect(subject.routes.restore(request, stopped)).rejects.toMatchObject({ code });
      await expect(subject.routes.observe(request, stopped)).rejects.toMatchObject({ code });
      await expect(subject.routes.probe(stopped.signal)).rejects.toMatchObject({ code });
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('wrong credentials are told from everything else and change nothing', async () => {
      const [request, refused] = [aRequest(), subject.withWrongCredentials];
      if (typeof refused === 'string') return expect(refused).toMatch(/ because /);
      const code = 'forbidden';
      for (const routes of refused) {
        await expect(routes.probe(aCall().signal)).rejects.toMatchObject({ code });
        await expect(routes.ensure(request, aCall())).rejects.toMatchObject({ code });
        await expect(routes.remove(request.slug, aCall())).rejects.toMatchObject({ code });
        await expect(routes.suspend(request, aCall())).rejects.toMatchObject({ code });
        await expect(routes.restore(request, aCall())).rejects.toMatchObject({ code });
        await expect(routes.observe(request, aCall())).rejects.toMatchObject({ code });
        await expect(routes.inventory(aCall().signal)).rejects.toMatchObject({ code });
      }
      expect(await subject.look(request.slug)).toBeUndefined();
    });

    test('a server that is not there is unavailable: nothing was sent', async () => {
      const { unreachable: routes } = subject;
      if (typeof routes === 'string') return expect(routes).toMatch(/ because /);
      const code = 'unavailable';
      await expect(routes.probe(aCall().signal)).rejects.toMatchObject({ code });
      await expect(routes.observe(aRequest(), aCall())).rejects.toMatchObject({ code });
      await expect(routes.ensure(aRequest(), aCall())).rejects.toMatchObject({ code });
      await expect(routes.remove('acme', aCall())).rejects.toMatchObject({ code });
      await expect(routes.suspend(aRequest(), aCall())).rejects.toMatchObject({ code });
      await expect(routes.restore(aRequest(), aCall())).rejects.toMatchObject({ code });
    });

    test('the probe succeeds while the server takes our credentials', async () => {
      await expect(subject.routes.probe(aCall().signal)).resolves.toBeUndefined();
      const items = await subject.routes.inventory(aCall().signal);
      expect(items.filter((item) => item.name.includes('probe'))).toEqual([]);
    });

    test('the inventory shows ours and what carries no mark', async () => {
      const [ours, alien, call] = [aRequest(), aRequest(), aCall()];
      await subject.routes.ensure(ours, call);
      await subject.plant(alien.slug, { host: alien.host });
      const items = await subject.routes.inventory(aCall().signal);
      expect(items).toContainEqual({ name: ours.slug, owner: call.owner });
      expect(items).toContainEqual({ name: alien.slug, owner: undefined });
      await subject.routes.remove(ours.slug, call);
      const after = await subject.routes.inventory(aCall().signal);
      expect(after.map((item) => item.name)).not.toContain(ours.slug);
    });
  });
}
