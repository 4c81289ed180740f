import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { INVITE_LINK_SECRET } from '../../ports/secrets.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { FaultPlan } from '../support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../support/sagas/faulty-world.ts';
import { prove } from '../support/sagas/prover.ts';
import { everyScenario, type Scenario } from '../support/sagas/scenarios.ts';
import { sideBySide } from '../support/sagas/side-by-side.ts';
import { todays } from '../support/todays.ts';

/** As many realms at a time as one worker process makes. */
const AT_ONCE = 4;
const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
/** A realm takes seconds where the machine is busy. */
const ENDS_WITHIN_MS = 120_000;
const timing = { attemptTimeoutMs: 20_000, retryBudgetMs: 60_000 };
const settleMs = { identity: 500, database: 500, route: 500, dns: 500 };

/*
 * The machine of every-fault over the real systems: Keycloak (a realm, or an organization), DNS
 * (RFC 2136 on Knot, or PowerDNS), Kubernetes and libSQL. Faults stand between saga and adapter.
 */
describe.each([
  { isolation: 'silo', dnsServer: 'Knot' },
  { isolation: 'pool', dnsServer: 'PowerDNS' },
] as const)('$isolation, names on $dnsServer', ({ isolation, dnsServer }) => {
  // An attempt that hangs reaches no server: the memory adapters have shown it.
  const [faultless, ...faulty] = everyScenario(isolation).filter(
    ({ name }) => !name.includes('hangs'),
  );
  const scenarios = [faultless as Scenario, ...todays(faulty)];
  const plan = new FaultPlan();
  let world: FaultyWorld;
  let close: () => Promise<unknown>;
  let outcomes: ReadonlyMap<Scenario, Promise<Operation>>;

  beforeAll(async () => {
    const keycloak = await real.realKeycloak();
    const dns = dnsServer === 'Knot' ? await real.realKnot() : await real.realPowerDns();
    const outside = {
      identity: { silo: keycloak.realms(), pool: keycloak.organizations() },
      databases: (await real.realLibsql()).databases(),
      routes: (await real.realKubernetes()).routes(),
      dns: dns.dns(),
      mailCatcher: keycloak.catcher,
      domainProof: createMemoryDomainProof(),
      notifier: createMemoryNotifier(),
    };
    world = await startFaultyWorld(plan, { outside, timing: { ...timing, settleMs } });
    close = () => Promise.all([world.close(), keycloak.catcher.close()]);
    const proven = { ...world, accept: acceptInZone.bind(undefined, world) };
    outcomes = sideBySide(scenarios, AT_ONCE, (scenario) =>
      prove(proven, plan, scenario, ENDS_WITHIN_MS),
    );
  }, SETUP_WITHIN_MS);
  afterAll(() => close(), SETUP_WITHIN_MS);

  test(
    'a tenant becomes active, and the caught mail has its link',
    async () => {
      const operation = await outcomes.get(scenarios[0] as Scenario);
      if (operation === undefined) throw new Error('the first scenario is the one without faults');
      expect(operation.state).toBe('done');
      const link = await world.store.secrets.find(operation.tenant, INVITE_LINK_SECRET);
      expect(link).toMatch(/\/realms\/.*action-token/);
      await expectReplays(world, operation);
    },
    TEST_WITHIN_MS,
  );

  test.each(scenarios)(
    'fully there or fully gone: $name',
    async (scenario) => {
      expect(outcomes.has(scenario)).toBe(true);
      await outcomes.get(scenario);
    },
    TEST_WITHIN_MS,
  );

  test(
    'after all of it, outside and registry agree both ways',
    async () => {
      await Promise.allSettled(outcomes.values());
      await expectCleanSlate(world);
    },
    TEST_WITHIN_MS,
  );
});
