import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PortError, type Call } from '../../ports/call.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { quiet } from '../../tools/servers/progress.ts';
import * as toxiproxy from '../../tools/servers/toxiproxy.ts';
import { aCall, asSaga } from '../contracts/a-call.ts';
import { anIdentityRequest } from '../contracts/identity.ts';
import { eventually } from '../support/eventually.ts';
import * as real from '../support/faults/real-outside.ts';
import { CUT, heal, LATE, SLOW, SUFFERINGS } from '../support/faults/sufferings.ts';
import type { Suffering } from '../support/faults/sufferings.ts';

const SETUP_WITHIN_MS = 240_000;
/** One attempt; a realm takes seconds where the machine is busy. */
const ATTEMPT_MS = 30_000;

/** One adapter's way to its server, driven as the saga drives it. */
interface Way {
  readonly links: readonly toxiproxy.Proxy[];
  /** The same object each time. */
  ensure(call: Call): Promise<unknown>;
  remove(call: Call): Promise<void>;
  /** Past the links. */
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
  const link = await linkTo(new URL(keycloak.config.adminUrl).host);
  const through = keycloak.realms({ adminUrl: urlOf(link) });
  return {
    links: [link],
    ensure: (call) =>
      through.ensure(
        { ...anIdentityRequest(), slug: slugOf(call), adminUserId: call.owner.operation },
        call,
      ),
    remove: (call) => through.remove(slugOf(call), call),
    inventory: keycloak.realms().inventory,
    close: () => keycloak.catcher.close(),
  };
}

async function toPowerDns(): Promise<Way> {
  const powerdns = await real.realPowerDns();
  const link = await linkTo(new URL(powerdns.apiUrl).host);
  const through = powerdns.dns({ apiUrl: urlOf(link) });
  return {
    links: [link],
    ensure: (call) => through.ensure(hostOf(call), call),
    remove: (call) => through.remove(hostOf(call), call),
    inventory: powerdns.dns().inventory,
  };
}

async function toKnot(): Promise<Way> {
  const knot = await real.realKnot();
  const link = await linkTo(`${knot.host}:${knot.port}`);
  const through = knot.dns({ host: link.host, port: link.port });
  return {
    links: [link],
    ensure: (call) => through.ensure(hostOf(call), call),
    remove: (call) => through.remove(hostOf(call), call),
    inventory: knot.dns().inventory,
  };
}

async function toKubernetes(): Promise<Way> {
  const kubernetes = await real.realKubernetes();
  const link = await linkTo(`${kubernetes.host}:${kubernetes.port}`);
  const through = kubernetes.routes({ host: link.host, port: link.port });
  return {
    links: [link],
    ensure: (call) => through.ensure({ slug: slugOf(call), host: hostOf(call) }, call),
    remove: (call) => through.remove(slugOf(call), call),
    inventory: kubernetes.routes().inventory,
  };
}

async function toLibsql(): Promise<Way> {
  const libsql = await real.realLibsql();
  const admin = await linkTo(new URL(libsql.adminUrl).host);
  const base = await linkTo(`${libsql.host}:${libsql.port}`);
  const through = libsql.databases({
    adminUrl: urlOf(admin),
    baseUrl: `http://localhost:${base.port}`,
  });
  return {
    links: [admin, base],
    ensure: (call) => through.ensure(call),
    remove: (call) => through.remove(call),
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
  beforeAll(async () => {
    way = await open();
  }, SETUP_WITHIN_MS);
  afterAll(() => way?.close?.());

  const again = (call: Call): Call => ({ ...call, signal: AbortSignal.timeout(ATTEMPT_MS) });
  const objectsOf = async ({ owner }: Call) =>
    (await way.inventory(AbortSignal.timeout(ATTEMPT_MS))).filter(
      (item) => item.tenant === owner.tenant,
    ).length;

  const hurt = (suffering: Suffering) => Promise.all(way.links.map(suffering.hurt));
  const mend = () => Promise.all(way.links.map(heal));

  /** One attempt on the bad link: done, or a failure that tells a saga to come again. */
  const attempt = async (suffering: Suffering, work: () => Promise<unknown>) => {
    await hurt(suffering);
    const failure = await failureOf(work());
    await mend();
    if (failure !== undefined) expectTransient(failure);
    return failure;
  };

  test.each(SUFFERINGS)('$name: made once, and gone at the end', async (suffering) => {
    const call = aCall();
    const failure = await attempt(suffering, () => way.ensure(again(call)));
    if (suffering === SLOW) expect(failure).toBeUndefined();
    if (suffering === CUT) expect(failure).toMatchObject({ code: 'unavailable' });
    await asSaga(() => way.ensure(again(call)));
    expect(await objectsOf(call)).toBe(1);

    await attempt(suffering, () => way.remove(again(call)));
    await asSaga(() => way.remove(again(call)));
    expect(await objectsOf(call)).toBe(0);
  });

  test('cut after the effect, before its answer: adopted, and its removal repeated', async () => {
    const call = aCall();
    const cutOnce = async (work: () => Promise<unknown>, objects: number) => {
      await hurt(LATE);
      const failing = failureOf(work());
      await eventually(async () => expect(await objectsOf(call)).toBe(objects), {
        ...{ withinMs: ATTEMPT_MS, what: 'the effect' },
      });
      await hurt(CUT);
      const failure = await failing;
      await mend();
      expectTransient(failure);
    };
    await cutOnce(() => way.ensure(again(call)), 1);
    await asSaga(() => way.ensure(again(call)));
    expect(await objectsOf(call)).toBe(1);
    await cutOnce(() => way.remove(again(call)), 0);
    await asSaga(() => way.remove(again(call)));
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
