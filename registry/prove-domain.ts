import { challengeNameOf } from '../domain/custom-domain.ts';
import { isOpen } from '../domain/refusals.ts';
import type { DomainChallenges } from '../ports/domain-challenges.ts';
import type { DomainProof } from '../ports/domain-proof.ts';
import type { DomainRef, DomainStore } from '../ports/domain-store.ts';
import type { TenantReader } from '../ports/registry-store.ts';
import { RefusedError } from './errors.ts';

export interface ProofPorts {
  readonly domains: DomainStore;
  readonly domainProof: DomainProof;
  readonly challenges: DomainChallenges;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
}

/**
 * Looks once, and takes the name if its zone says so. Of several claims whose records are there at
 * once the first that looks has it. An owner keeps the name as long as its own record is there, or
 * nobody else's: one answer of the zone shows both, so an outage takes nothing from anybody. A name
 * that is on its way in or out is waited for. Rejects with `PortError` when it cannot look, and
 * with `RefusedError` when the claim has ended.
 */
export async function proveDomain(
  { domains, domainProof, challenges, tenants }: ProofPorts,
  { tenant, id }: DomainRef,
  atMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const [claim, row] = await Promise.all([
    domains.findDomain(tenant, id),
    tenants.findTenant(tenant),
  ]);
  if (claim?.state === 'proven') return true;
  if (claim?.state !== 'claimed')
    throw new RefusedError(
      'domain-state',
      `The domain is ${claim?.state ?? 'not there any more'}.`,
    );
  if (row === undefined || !isOpen(row)) return false;
  const texts = await domainProof.look(challengeNameOf(claim.name), signal);
  const proves = (one: DomainRef) => texts.includes(challenges.textOf(one.tenant, one.id));
  if (!proves(claim)) return false;
  const owner = await domains.findDomainOwner(claim.name);
  if (owner !== undefined && (owner.state !== 'active' || proves(owner))) return false;
  return domains.takeDomain(claim, owner, atMs);
}
