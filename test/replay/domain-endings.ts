import type { MemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import type { OperationKind } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { createOwning } from '../support/domains.ts';
import { aTenant } from '../support/invitations.ts';
import type { Effect, Fault } from '../support/sagas/faults.ts';
import type { Ending, Stage } from './endings.ts';

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };

/** The endings of a domain: proven, by one alone or over another, and not; removed, and not. */
export const DOMAIN_ENDINGS = {
  addDomain: {
    'domain-proven': (stage) => domainAdded(stage),
    'domain-taken-over': domainTakenOver,
    'domain-unproven': domainUnproven,
    'domain-unwound': (stage) => domainAdded(stage, ['route.ensure', [REFUSED]]),
    'domain-refused-by-rule': (stage) => domainAdded(stage, ['store.commitDomain', [REFUSED]]),
    'domain-proof-parked': domainProofParked,
  },
  removeDomain: {
    'domain-removed': domainRemoved,
    'domain-removal-refused': (stage) =>
      domainRemoved(stage, ['store.commitDomainRemoval', [REFUSED]]),
  },
} satisfies Readonly<Partial<Record<OperationKind, Readonly<Record<string, Ending>>>>>;

const OWN_NAME = (tenant: string) => `shop.${tenant}.example`;

function owning({ world }: Stage) {
  return createOwning(world, world.outside.domainProof as MemoryDomainProof);
}

async function claimed(stage: Stage, ...faults: [Effect, Fault[]][]) {
  const { world, plan } = stage;
  const people = owning(stage);
  const { tenant } = await aTenant(world);
  const operation = await people.accepted(people.ask(tenant, OWN_NAME(tenant)));
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  return { people, tenant, operation };
}

async function domainAdded(stage: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { people, tenant, operation } = await claimed(stage, ...faults);
  await people.started(operation);
  await stage.world.reached(operation, ['waiting']);
  people.publish(OWN_NAME(tenant), operation);
  await people.look(operation, 'published').catch(() => undefined); // it may have seen it itself
  return stage.world.ended(operation);
}

async function domainTakenOver(stage: Stage): Promise<Operation> {
  const { people, tenant, operation } = await claimed(stage);
  const { tenant: former } = await aTenant(stage.world);
  await people.own(former, OWN_NAME(tenant));
  await people.started(operation);
  people.publish(OWN_NAME(tenant), operation);
  return stage.world.ended(operation);
}

async function domainUnproven(stage: Stage): Promise<Operation> {
  const { people, operation } = await claimed(stage);
  const waitMs = { ...stage.world.timing.waitMs, 'domain-look': 100, 'domain-claim': 500 };
  await people.started(operation, { waitMs });
  return stage.world.ended(operation);
}

async function domainProofParked(stage: Stage): Promise<Operation> {
  const { world, plan } = stage;
  const { people, tenant, operation } = await claimed(stage);
  people.publish(OWN_NAME(tenant), operation);
  plan.down.add('domain-proof');
  await people.started(operation, { retryBudgetMs: 300 });
  await world.reached(operation, ['parked']).finally(() => plan.down.delete('domain-proof'));
  return world.ended(operation);
}

async function domainRemoved(stage: Stage, ...faults: [Effect, Fault[]][]): Promise<Operation> {
  const { world, plan } = stage;
  const people = owning(stage);
  const { tenant } = await aTenant(world);
  const { id } = await people.own(tenant, OWN_NAME(tenant));
  const operation = await people.accepted(people.askRemoval(tenant, id));
  for (const [effect, each] of faults) plan.plan(operation.id, effect, ...each);
  await people.started(operation);
  return world.ended(operation);
}
