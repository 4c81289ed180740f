import { createDomainChallenges } from '../../adapters/system/domain-challenges.ts';
import { challengeNameOf } from '../../domain/custom-domain.ts';
import { DEV_SECRETS_KEY } from '../../wiring/config/sections/access.ts';
import { acceptAddDomain, acceptRemoveDomain } from '../../registry/accept-domain.ts';
import { eventually } from '../support/eventually.ts';
import type { Request, Stage } from './story.ts';

const challenges = createDomainChallenges(Buffer.from(DEV_SECRETS_KEY, 'base64'));

/** `at`: whose name, of the tenants that want it. */
export function claimDomain({ world, caller }: Stage, tenant: string, name: string): Request {
  return () => acceptAddDomain(world.accept, { ...caller, tenant, name });
}

/** The zone shows the record of the claim, and nobody else's, from here on. */
export async function publishClaim({ world }: Stage, tenant: string, name: string): Promise<void> {
  const claim = await eventually(
    async () => {
      const rows = await world.api.domains.listDomains({ tenant, limit: 10 });
      return rows.find((row) => row.name === name) ?? null;
    },
    { what: `the claim to ${name}` },
  );
  world.zone().plant(challengeNameOf(name), [challenges.textOf(tenant, claim.id)]);
}

/** The name is active of that tenant. */
export async function ownDomain(stage: Stage, tenant: string, name: string): Promise<string> {
  const [{ id }] = await Promise.all([
    stage.before(claimDomain(nobodys(stage), tenant, name)),
    publishClaim(stage, tenant, name),
  ]);
  return id;
}

export function removeDomain({ world, caller, made }: Stage, domain: string): Request {
  return () => acceptRemoveDomain(world.accept, { ...caller, tenant: made.tenant, domain });
}

/** The story's own key is for its own saga. */
const nobodys = (stage: Stage): Stage => ({ ...stage, caller: { actor: 'operator' } });
