import { challengeNameOf } from '../../domain/custom-domain.ts';
import type { CustomDomain } from '../../domain/custom-domain.ts';
import { DEFAULT_TIMING, type SagaTiming } from '../../domain/saga-timing.ts';
import { domainNames } from '../../adapters/system/domain-names.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptAddDomain, acceptRemoveDomain } from '../../registry/accept-domain.ts';
import { LINKS } from './saga-outside.ts';
import { DOMAIN } from './saga-requests.ts';
import type { World } from './saga-world.ts';

/** Nothing expires by itself, and a look is soon. */
const WAIT_MS = { ...DEFAULT_TIMING.waitMs, 'domain-look': 100 };

type DomainWorld = Pick<World, 'api' | 'engine' | 'start' | 'ended' | 'reached'>;

/** What tenants do with domains of their own; `proof`: their zones, where they are in memory. */
export function createOwning(world: DomainWorld, proof = createMemoryDomainProof()) {
  const ports = {
    ...{ ...world.api, names: domainNames, domain: DOMAIN },
    ...{ clock: systemClock, ids: systemIds },
  };
  const ask = (tenant: string, name: string) =>
    acceptAddDomain(ports, { actor: 'operator', tenant, name });
  const askRemoval = (tenant: string, domain: string) =>
    acceptRemoveDomain(ports, { actor: 'operator', tenant, domain });
  const accepted = async (asked: ReturnType<typeof ask>): Promise<Operation> => {
    const result = await asked;
    if (result.outcome !== 'accepted') throw new Error(`not accepted: ${result.outcome}`);
    return result.operation;
  };
  const started = async (operation: Operation, over: Partial<SagaTiming> = {}) => {
    await world.start(operation, { waitMs: WAIT_MS, ...over });
    return operation;
  };
  const claim = async (tenant: string, name: string, over?: Partial<SagaTiming>) =>
    started(await accepted(ask(tenant, name)), over);
  const row = async ({ tenant, id }: Operation): Promise<CustomDomain> => {
    const found = await world.api.domains.findDomain(tenant, id);
    if (found === undefined) throw new Error(`no domain ${id}`);
    return found;
  };
  /** The zone shows the records of these claims to the name, and no other. */
  const publish = (name: string, ...claims: readonly Operation[]) =>
    proof.plant(
      challengeNameOf(name),
      claims.map(({ tenant, id }) => LINKS.challenges.textOf(tenant, id)),
    );
  return {
    ...{ ask, askRemoval, accepted, started, claim, row, publish },
    /** From the claim to the active domain. */
    own: async (tenant: string, name: string) => {
      const operation = await claim(tenant, name);
      publish(name, operation);
      const { state } = await world.ended(operation);
      if (state !== 'done') throw new Error(`it is ${state}`);
      return operation;
    },
    remove: async (tenant: string, domain: string) =>
      started(await accepted(askRemoval(tenant, domain))),
    look: (operation: Operation, key: string) =>
      world.engine.update(operation.id, 'addDomain', {
        ...{ name: 'look', told: { domain: operation.id }, id: key },
      }),
  };
}
