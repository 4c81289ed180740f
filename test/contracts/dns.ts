import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OwnerMark } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import { aCall, asSaga, ofAnotherRegistry } from './a-call.ts';
import { expectEachMended, expectRight } from './observe.ts';
import type { Ways } from './observe.ts';

/** What an outsider sees at a host, without the adapter. */
export interface DnsView {
  readonly record: string | undefined;
  readonly mark: OwnerMark | undefined;
}

export interface DnsSubject {
  readonly dns: Dns;
  /** The address record that `ensure` makes, as `look` tells it. */
  readonly target: string;
  readonly zone: string;
  /** Puts a host's record and mark straight into the zone; either may be left out. */
  plant(host: string, parts: { record: boolean; owner?: OwnerMark }): Promise<void>;
  look(host: string): Promise<DnsView>;
  /** Beside the mark alone, which the suite plants: how a host of ours may be bent. */
  readonly ways: Ways<[host: string, owner: OwnerMark]>;
  /** The same server with credentials that it does not know; or the reason why there is none. */
  readonly withWrongCredentials: Dns | string;
  /** An address where nobody listens; or the reason why there is none. */
  readonly unreachable: Dns | string;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function dnsContract(
  name: string,
  make: () => Promise<DnsSubject>,
  options: { notExclusiveBecause?: string } = {},
): void {
  describe(`dns contract: ${name}`, () => {
    let subject: DnsSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());
    const freshHost = () => `t${randomUUID().slice(0, 8)}.${subject.zone}`;
    const gone = { record: undefined, mark: undefined };

    test('makes the record and the owner mark', async () => {
      const [host, call] = [freshHost(), aCall()];
      await subject.dns.ensure(host, call);
      expect(await subject.look(host)).toEqual({ record: subject.target, mark: call.owner });
    });

    test('answers the same when repeated, also by another operation of the tenant', async () => {
      const [host, call] = [freshHost(), aCall()];
      await subject.dns.ensure(host, call);
      await subject.dns.ensure(host, call);
      await subject.dns.ensure(host, aCall({ tenant: call.owner.tenant }));
      expect(await subject.look(host)).toEqual({ record: subject.target, mark: call.owner });
    });

    test('adopts a mark of ours that a crash left without its record', async () => {
      const [host, call] = [freshHost(), aCall()];
      await subject.plant(host, { record: false, owner: call.owner });
      await subject.dns.ensure(host, call);
      expect(await subject.look(host)).toEqual({ record: subject.target, mark: call.owner });
    });

    test.each([
      ['without a mark', {}],
      ['of another tenant', { owner: aCall().owner }],
    ])('refuses a record %s and leaves it as it was', async (_, parts) => {
      const host = freshHost();
      await subject.plant(host, { record: true, ...parts });
      const before = await subject.look(host);
      expect(before.record).toBeDefined();
      await expect(subject.dns.ensure(host, aCall())).rejects.toMatchObject({
        code: 'foreign',
        port: 'dns',
      });
      await subject.dns.remove(host, aCall());
      expect(await subject.look(host)).toEqual(before);
    });

    test("refuses another tenant's mark that has no record yet", async () => {
      const [host, owner] = [freshHost(), aCall().owner];
      await subject.plant(host, { record: false, owner });
      await expect(subject.dns.ensure(host, aCall())).rejects.toMatchObject({ code: 'foreign' });
      await subject.dns.remove(host, aCall());
      expect(await subject.look(host)).toEqual({ record: undefined, mark: owner });
    });

    test("what another registry's mark stands on is refused, never changed or removed, and not listed as ours", async () => {
      const [host, half, call] = [freshHost(), freshHost(), aCall()];
      const { dns } = subject;
      const theirs = ofAnotherRegistry(call);
      await dns.ensure(host, theirs);
      await subject.plant(half, { record: false, owner: theirs.owner });
      for (const [name, record] of [[host, subject.target] as const, [half, undefined] as const]) {
        await expect(dns.ensure(name, call)).rejects.toMatchObject({ code: 'foreign' });
        await dns.remove(name, call);
        expect(await dns.observe(name, call)).toEqual({ presence: 'foreign', attributes: [] });
        expect(await subject.look(name)).toEqual({ record, mark: theirs.owner });
        const items = await dns.inventory(call.signal);
        expect(items.filter((item) => item.name === name)).toEqual([{ name, owner: theirs.owner }]);
        await dns.remove(name, theirs);
        expect(await subject.look(name)).toEqual(gone);
      }
    });

    test('removes record and mark, again and when never made', async () => {
      const [host, call] = [freshHost(), aCall()];
      await subject.dns.remove(host, call);
      await subject.dns.ensure(host, call);
      await subject.dns.remove(host, aCall({ tenant: call.owner.tenant }));
      expect(await subject.look(host)).toEqual(gone);
      await subject.dns.remove(host, call);
      expect(await subject.look(host)).toEqual(gone);
    });

    test('removes a mark of ours that a crash left without its record', async () => {
      const [host, call] = [freshHost(), aCall()];
      await subject.plant(host, { record: false, owner: call.owner });
      await subject.dns.remove(host, call);
      expect(await subject.look(host)).toEqual(gone);
    });

    test('a host can be made again by another tenant after its removal', async () => {
      const [host, first, second] = [freshHost(), aCall(), aCall()];
      await subject.dns.ensure(host, first);
      await subject.dns.remove(host, first);
      await subject.dns.ensure(host, second);
      expect((await subject.look(host)).mark).toEqual(second.owner);
    });

    test('many calls of one operation at once make one record', async () => {
      const [host, call] = [freshHost(), aCall()];
      await Promise.all(
        Array.from({ length: 8 }, () => asSaga(() => subject.dns.ensure(host, call))),
      );
      expect(await subject.look(host)).toEqual({ record: subject.target, mark: call.owner });
    });

    if (options.notExclusiveBecause === undefined) {
      test('of many tenants at one host at once exactly one gets it', async () => {
        const [host, calls] = [freshHost(), Array.from({ length: 8 }, () => aCall())];
        const results = await Promise.allSettled(
          calls.map((call) => asSaga(() => subject.dns.ensure(host, call))),
        );
        const winners = calls.filter((_, at) => results[at]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        expect((await subject.look(host)).mark).toEqual(winners[0]?.owner);
        for (const result of results) {
          if (result.status === 'rejected')
            expect(result.reason).toMatchObject({ code: 'foreign' });
        }
      });
    }

    test('observes what is not there, what is foreign and what is as it should be', async () => {
      const [host, alien, call] = [freshHost(), freshHost(), aCall()];
      const { dns } = subject;
      expect(await dns.observe(host, call)).toEqual({ presence: 'absent', attributes: [] });
      await dns.ensure(host, call);
      expectRight(await dns.observe(host, aCall({ tenant: call.owner.tenant })));
      expect(await dns.observe(host, aCall())).toEqual({ presence: 'foreign', attributes: [] });
      await subject.plant(alien, { record: true });
      expect(await dns.observe(alien, call)).toEqual({ presence: 'foreign', attributes: [] });
    });

    test('whatever is bent shows, and is mended by making it again', async () => {
      const { dns } = subject;
      const loseRecord = async (host: string, owner: OwnerMark) => {
        await dns.remove(host, aCall(owner));
        await subject.plant(host, { record: false, owner });
      };
      await expectEachMended({ ...subject.ways, loseRecord }, async () => {
        const [host, call] = [freshHost(), aCall()];
        await dns.ensure(host, call);
        return {
          args: [host, call.owner] as [string, OwnerMark],
          observe: () => dns.observe(host, call),
          mend: () => dns.ensure(host, call),
        };
      });
    });

    test('a stopped call says that nothing is known or done', async () => {
      const [host, stopped] = [freshHost(), aCall({}, AbortSignal.abort())];
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      await expect(subject.dns.ensure(host, stopped)).rejects.toMatchObject({ code });
      await expect(subject.dns.remove(host, stopped)).rejects.toMatchObject({ code });
      await expect(subject.dns.observe(host, stopped)).rejects.toMatchObject({ code });
      await expect(subject.dns.probe(stopped.signal)).rejects.toMatchObject({ code });
      expect(await subject.look(host)).toEqual(gone);
    });

    test('wrong credentials are told from everything else and change nothing', async () => {
      const [host, dns] = [freshHost(), subject.withWrongCredentials];
      if (typeof dns === 'string') return expect(dns).toMatch(/ because /);
      await expect(dns.probe(aCall().signal)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(dns.ensure(host, aCall())).rejects.toMatchObject({ code: 'forbidden' });
      await expect(dns.remove(host, aCall())).rejects.toMatchObject({ code: 'forbidden' });
      await expect(dns.observe(host, aCall())).rejects.toMatchObject({ code: 'forbidden' });
      await expect(dns.inventory(aCall().signal)).rejects.toMatchObject({ code: 'forbidden' });
      expect(await subject.look(host)).toEqual(gone);
    });

    test('a server that is not there is unavailable: nothing was sent', async () => {
      const { unreachable: dns } = subject;
      if (typeof dns === 'string') return expect(dns).toMatch(/ because /);
      await expect(dns.probe(aCall().signal)).rejects.toMatchObject({ code: 'unavailable' });
      const code = 'unavailable';
      await expect(dns.ensure(freshHost(), aCall())).rejects.toMatchObject({ code });
      await expect(dns.observe(freshHost(), aCall())).rejects.toMatchObject({ code });
      await expect(dns.remove(freshHost(), aCall())).rejects.toMatchObject({ code: 'unavailable' });
    });

    test('the probe succeeds while the server takes our credentials', async () => {
      await expect(subject.dns.probe(aCall().signal)).resolves.toBeUndefined();
    });

    test('the inventory shows ours, a mark alone, and what carries no mark', async () => {
      const [ours, half, alien] = [freshHost(), freshHost(), freshHost()];
      const [call, crashed] = [aCall(), aCall()];
      await subject.dns.ensure(ours, call);
      await subject.plant(half, { record: false, owner: crashed.owner });
      await subject.plant(alien, { record: true });
      const items = await subject.dns.inventory(aCall().signal);
      const about = (host: string) => items.filter((item) => item.name === host);
      expect(about(ours)).toEqual([{ name: ours, owner: call.owner }]);
      expect(about(half)).toEqual([{ name: half, owner: crashed.owner }]);
      expect(about(alien)).toEqual([{ name: alien, owner: undefined }]);
      await subject.dns.remove(ours, call);
      const after = await subject.dns.inventory(aCall().signal);
      expect(after.map((item) => item.name)).not.toContain(ours);
    });
  });
}
