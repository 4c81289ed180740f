import { createExportFolder } from '../../adapters/export-folder/exports.ts';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryDns } from '../../adapters/memory/dns.ts';
import { createMemoryExports } from '../../adapters/memory/exports.ts';
import type { Faults } from '../../adapters/memory/faults.ts';
import { createMemoryIdentity } from '../../adapters/memory/identity.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import { createMemoryRoutes } from '../../adapters/memory/routes.ts';
import { createMemoryTenantDatabase } from '../../adapters/memory/tenant-database.ts';
import type { DomainPorts } from '../../activities/domains.ts';
import type { InvitationPorts } from '../../activities/invitation.ts';
import type { ProvisioningPorts } from '../../activities/provisioning.ts';
import { createDomainChallenges } from '../../adapters/system/domain-challenges.ts';
import { createInvitationTokens } from '../../adapters/system/invitation-tokens.ts';
import type { Exports } from '../../ports/exports.ts';
import type { DomainProof } from '../../ports/domain-proof.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { SEALING_KEY } from '../adapters/postgres/registry-database.ts';

/** The outside systems of a tenant, real or in memory. */
export type Outside = Pick<
  ProvisioningPorts,
  'identity' | 'databases' | 'routes' | 'dns' | 'mailCatcher'
> & {
  readonly notifier: Notifier;
  readonly domainProof: DomainProof;
  /** Absent: those of the world. */
  readonly exports?: Exports;
};

/** What the links of invitations, and the records of domains, are made of. */
export const LINKS: Pick<InvitationPorts & DomainPorts, 'tokens' | 'publicUrl' | 'challenges'> = {
  challenges: createDomainChallenges(SEALING_KEY),
  tokens: createInvitationTokens(SEALING_KEY),
  publicUrl: 'https://tenure.example.test',
};

/** All in memory. `files`: kept there, so that another process may go on with them. */
export function memoryOutside({ faults, files }: { faults?: Faults; files?: string } = {}) {
  const options = (name: string) => ({
    ...(faults === undefined ? {} : { faults }),
    ...(files === undefined ? {} : { file: `${files}/${name}.json` }),
  });
  const memory = createMemoryIdentity({
    issuerBase: 'https://id.example.test',
    ...options('identity'),
  });
  return {
    memory,
    identity: { silo: memory.identity, pool: memory.pool },
    databases: createMemoryTenantDatabase(options('databases')),
    routes: createMemoryRoutes(options('routes')),
    dns: createMemoryDns(options('dns')),
    domainProof: createMemoryDomainProof(options('domain-proof')),
    mailCatcher: memory.mailCatcher,
    notifier: createMemoryNotifier(faults === undefined ? {} : { faults }),
    exports: files === undefined ? createMemoryExports() : createExportFolder(`${files}/exports`),
  };
}
