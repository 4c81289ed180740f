import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Isolation } from '../../domain/isolation.ts';
import { SYSTEMS } from '../../domain/reconcile/finding.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { digHost } from '../contracts/dig.ts';
import { eventually } from '../support/eventually.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { createDoctor, markCompared, told } from '../support/reconcile.ts';
import type { Outside } from '../support/saga-outside.ts';
import { createWorld, SHORT, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { skipOrigin } from '../support/sagas/originless.ts';

const SETUP_WITHIN_MS = 300_000;
const TEST_WITHIN_MS = 240_000;
const ENDS_WITHIN_MS = 120_000;
/** An orphan is removed at its first sight. */
const timing = {
  ...{ attemptTimeoutMs: 30_000, retryBudgetMs: 60_000 },
  waitMs: { ...SHORT.waitMs, orphan: 0, 'lost-saga': 0 },
};

/** A registry with a database of its own, and a tenant in each mode. */
interface Registry {
  readonly world: World;
  readonly doctor: ReturnType<typeof createDoctor>;
  readonly tenants: readonly Operation[];
}

let servers: Awaited<ReturnType<typeof start>>;
let stage: Registry;
let prod: Registry;

async function start() {
  const [keycloak, kubernetes, powerdns, libsql] = await Promise.all([
    real.realKeycloak(),
    real.realKubernetes(),
    real.realPowerDns(),
    real.realLibsql(),
  ]);
  return { keycloak, kubernetes, powerdns, libsql };
}

/** The same Keycloak, namespace, zone and database server for all; the pool's realm is its own. */
function outsideOf(poolRealm: string): Outside {
  const { keycloak, kubernetes, powerdns, libsql } = servers;
  return {
    identity: { silo: keycloak.realms({ poolRealm }), pool: keycloak.organizations({ poolRealm }) },
    databases: libsql.databases(),
    routes: kubernetes.routes(),
    dns: powerdns.dns(),
    mailCatcher: keycloak.catcher,
    domainProof: createMemoryDomainProof(),
    notifier: createMemoryNotifier(),
  };
}

async function open(name: string): Promise<Registry> {
  const poolRealm = `${servers.keycloak.config.poolRealm}-${name}`;
  const log = { log: `tenure.example/${name}`, epoch: 1 };
  const world = await createWorld({ timing, log, outside: outsideOf(poolRealm) });
  const doctor = createDoctor({ ...world, ended: (one) => world.ended(one, ENDS_WITHIN_MS) });
  await markCompared(world);
  const tenants = [await provision(world, 'silo'), await provision(world, 'pool')];
  return { world, doctor, tenants };
}

async function provision(world: World, isolation: Isolation): Promise<Operation> {
  const operation = await acceptInZone(world, { isolation });
  await world.start(operation);
  const { state, reason } = await world.ended(operation, ENDS_WITHIN_MS);
  expect({ state, reason }).toEqual({ state: 'done', reason: null });
  return operation;
}

beforeAll(async () => {
  servers = await start();
  [stage, prod] = await Promise.all([open('stage'), open('prod')]);
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await Promise.all([stage?.world.close(), prod?.world.close()]);
  await servers?.keycloak.catcher.close();
}, SETUP_WITHIN_MS);

const addressOf = async ({ input }: Operation) =>
  (await digHost(servers.powerdns, provisionInputOf(input).host)).record;

/** Again where a list changed while it was read: other tests work in the same systems. */
const seenBy = (doctor: Registry['doctor']) =>
  eventually(
    async () => {
      const { findings } = await doctor.everything();
      return !findings.some(({ code }) => code === 'unseen') && findings;
    },
    { withinMs: ENDS_WITHIN_MS, what: 'a look at every system' },
  );

describe('two registries beside each other in the same systems', () => {
  test(
    'have nothing to say of each other, however often their doctors look',
    async () => {
      for (const { doctor } of [stage, prod, stage, prod]) expect(await seenBy(doctor)).toEqual([]);
      for (const { world } of [stage, prod]) await expectCleanSlate(world);
    },
    TEST_WITHIN_MS,
  );

  test(
    'keep their names from each other: who comes later goes back, and nothing is lost',
    async () => {
      const [taken] = prod.tenants;
      if (taken === undefined) throw new Error('nothing is taken');
      const { slug } = provisionInputOf(taken.input);
      const late = await acceptInZone(stage.world, { slug, isolation: 'silo' });
      await stage.world.start(late);
      const { state, reason } = await stage.world.ended(late, ENDS_WITHIN_MS);
      const foreign = { step: 'identity', code: 'identity.foreign' };
      expect({ state, reason }).toMatchObject({ state: 'unwound', reason: foreign });
      for (const { world } of [stage, prod]) await expectCleanSlate(world);
    },
    TEST_WITHIN_MS,
  );

  test(
    'without the origin in the mark the one’s doctor removes the other’s customers',
    async () => {
      const [silo] = prod.tenants;
      if (silo === undefined) throw new Error('nothing is there');
      expect(await addressOf(silo)).toBeDefined();
      skipOrigin(stage.world.outside, stage.world.registry, prod.world.registry);
      const found = told(await stage.doctor.everything());
      expect(new Set(found)).toEqual(new Set(SYSTEMS.map((place) => `${place} orphan: mended`)));
      expect(await addressOf(silo)).toBeUndefined();
      await expect(expectCleanSlate(prod.world)).rejects.toThrow(`dns of ${silo.tenant}`);
    },
    TEST_WITHIN_MS,
  );
});
