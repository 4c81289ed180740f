import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PortError, type Call } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { isMine } from '../../ports/owner-mark.ts';
import { quiet } from '../../tools/servers/progress.ts';
import * as toxiproxy from '../../tools/servers/toxiproxy.ts';
import { aCall, asSaga } from '../contracts/a-call.ts';
import { anIdentityRequest } from '../contracts/identity.ts';
import { eventually } from '../support/eventually.ts';
import * as real from '../support/faults/real-outside.ts';
import { CUT, heal, LATE, SLOW, SUFFERINGS } from '../support/faults/sufferings.ts';
import type { Suffering } from '../support/faults/sufferings.ts';
import { todays } from '../support/todays.ts';

const SETUP_WITHIN_MS = 400_000;
/** One attempt; a realm takes seconds where the machine is busy. */
const ATTEMPT_MS = 30_000;
const MAX_TRIES = 5;

/** An adapter behind links of its own, driven as the saga drives it. */
interface Lane {
  readonly links: readonly toxiproxy.Proxy[];
  /** The same object each time, by whichever lane. */
  ensure(call: Call): Promise<unknown>;
  remove(call: Call): Promise<void>;
}

interface Way {
  lay(): Promise<Lane>;
  /** Past all links. */
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
  close?(): Promise<void>;
}

let proxies: toxiproxy.ToxiproxyServer;
beforeAll(async () => {
  proxies = await toxiproxy.start({ paths: await toxiproxy.get(quiet) });
}, SETUP_WITHIN_MS);
afterAll(() => proxies.stop());

const linkTo = (upstream: string) => proxies.proxy(randomUUID(), upstream);
const urlOf = ({ host, port }: toxiproxy.Proxy) => `http://${host}:${port}`;
/** Each tenant's own name; adapters keep no state, so that it may be told by the call. */
const slugOf = ({ owner }: Call) => `t-${owner.tenant.slice(0, 13)}`;
const hostOf = (call: Call) => `${slugOf(call)}.${real.ZONE}`;

async function toKeycloak(): Promise<Way> {
  const keycloak = await real.realKeycloak();
  const requestOf = (call: Call) => {
    const { operation } = call.owner;
    return anIdentityRequest({ slug: slugOf(call), adminUserId: operation });
  };
  return {
    lay: async () => {
      const link = await linkTo(new URL(keycloak.config.adminUrl).host);
      const through = keycloak.realms({ adminUrl: urlOf(link) });
      return {
        links: [link],
        ensure: (call) => through.ensure(requestOf(call), call),
        remove: (call) => through.remove(slugOf(call), call),
      };
    },
    inventory: keycloak.realms().inventory,
    close: () => keycloak.catcher.close(),
  };
}

const dnsLane = (link: toxiproxy.Proxy, through: Dns): Lane => ({
  links: [link],
  ensure: (call) => through.ensure(hostOf(call), call),
  remove: (call) => through.remove(hostOf(call), call),
});

async function toPowerDns(): Promise<Way> {
  const powerdns = await real.realPowerDns();
  return {
    lay: async () => {
      const link = await linkTo(new URL(powerdns.apiUrl).host);
      return dnsLane(link, powerdns.dns({ apiUrl: urlOf(link) }));
    },
    inventory: powerdns.dns().inventory,
  };
}

async function toKnot(): Promise<Way> {
  const knot = await real.realKnot();
  return {
    lay: async () => {
      const link = await linkTo(`${knot.host}:${knot.port}`);
      return dnsLane(link, knot.dns({ host: link.host, port: link.port }));
    },
    inventory: knot.dns().inventory,
  };
}

async function toKubernetes(): Promise<Way> {
  const kubernetes = await real.realKubernetes();
  return {
    lay: async () => {
      const link = await linkTo(`${kubernetes.host}:${kubernetes.port}`);
      const through = kubernetes.routes({ host: link.host, port: link.port });
      return {
        links: [link],
        ensure: (call) => through.ensure({ slug: slugOf(call), host: hostOf(call) }, call),
        remove: (call) => through.remove(slugOf(call), call),
      };
    },
    inventory: kubernetes.routes().inventory,
  };
}

async function toLibsql(): Promise<Way> {
  const libsql = await real.realLibsql();
  return {
    lay: async () => {
      const admin = await linkTo(new URL(libsql.adminUrl).host);
      const base = await linkTo(`${libsql.host}:${libsql.port}`);
      const baseUrl = `http://localhost:${base.port}`;
      const through = libsql.databases({ adminUrl: urlOf(admin), baseUrl });
      return {
        links: [admin, base],
        ensure: (call) => through.ensure(call),
        remove: (call) => through.remove(call),
      };
    },
    inventory: libsql.databases().inventory,
  };
}

const WAYS: [string, () => Promise<Way>][] = [
  ['Keycloak', toKeycloak],
  ['PowerDNS', toPowerDns],
  ['Knot, by RFC 2136', toKnot],
  ['Kubernetes, by TLS', toKubernetes],
  ['libSQL', toLibsql],
];

describe.each(WAYS)('the link to %s', (_name, open) => {
  let way: Way;
  let lane: Lane;
  beforeAll(async () => {
    way = await open();
    lane = await way.lay();
  }, SETUP_WITHIN_MS);
  afterAll(() => way?.close?.());

  const again = (call: Call): Call => ({ ...call, signal: AbortSignal.timeout(ATTEMPT_MS) });
  const objectsOf = async ({ owner }: Call) =>
    (await way.inventory(AbortSignal.timeout(ATTEMPT_MS))).filter((item) =>
      isMine(owner, item.owner),
    ).length;

  /** One attempt on the bad link: done, or a failure that tells a saga to come again. */
  const attempt = async (suffering: Suffering, work: () => Promise<unknown>) => {
    await Promise.all(lane.links.map(suffering.hurt));
    const failure = await failureOf(work());
    await Promise.all(lane.links.map(heal));
    if (failure !== undefined) expectTransient(failure);
    return failure;
  };

  test.each(todays(SUFFERINGS))('$name: made once, and gone at the end', async (suffering) => {
    const call = aCall();
    const failure = await attempt(suffering, () => lane.ensure(again(call)));
    if (suffering === SLOW) expect(failure).toBeUndefined();
    if (suffering === CUT) expect(failure).toMatchObject({ code: 'unavailable' });
    await asSaga(() => lane.ensure(again(call)));
    expect(await objectsOf(call)).toBe(1);

    await attempt(suffering, () => lane.remove(again(call)));
    await asSaga(() => lane.remove(again(call)));
    expect(await objectsOf(call)).toBe(0);
  });

  /** Once by a lane whose answers are late, and that is cut before this call's answer. */
  const cutBeforeAnswer = async (
    call: Call,
    work: (late: Lane) => Promise<unknown>,
    objects: number,
  ): Promise<unknown> => {
    const late = await way.lay();
    await Promise.all(late.links.map(LATE.hurt));
    const failing = failureOf(work(late));
    await eventually(async () => expect(await objectsOf(call)).toBe(objects), {
      ...{ withinMs: ATTEMPT_MS, what: 'the effect' },
    });
    await Promise.all(late.links.map(CUT.hurt));
    return failing;
  };

  /** Where the machine was so busy that the answer came first, all is undone and done again. */
  const expectCut = async (cut: () => Promise<unknown>, undo: () => Promise<unknown>) => {
    for (let tries = 1; tries < MAX_TRIES; tries += 1) {
      const failure = await cut();
      if (failure !== undefined) return expectTransient(failure);
      await asSaga(undo);
    }
    expectTransient(await cut());
  };

  test('cut after the effect, before its answer: adopted, and its removal repeated', async () => {
    const call = aCall();
    const [make, remove] = [
      (by: Lane) => by.ensure(again(call)),
      (by: Lane) => by.remove(again(call)),
    ];
    await expectCut(
      () => cutBeforeAnswer(call, make, 1),
      () => remove(lane),
    );
    await asSaga(() => make(lane));
    expect(await objectsOf(call)).toBe(1);
    await expectCut(
      () => cutBeforeAnswer(call, remove, 0),
      () => make(lane),
    );
    await asSaga(() => remove(lane));
    expect(await objectsOf(call)).toBe(0);
  });
});

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function expectTransient(failure: unknown): void {
  expect(failure).toBeInstanceOf(PortError);
  expect(['unavailable', 'unknown']).toContain((failure as PortError).code);
}
