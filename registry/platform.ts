import type { CatalogDeclaration } from '../domain/platform.ts';
import { declareCatalog } from '../domain/platform.ts';
import { NOTHING_SOLD } from '../domain/sales.ts';
import { PLATFORM_TENANT } from '../facts/core/types.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { CommitStore, TenantReader } from '../ports/registry-store.ts';
import { commitStep, type CommitResult, type LogIdentity } from './commit.ts';

export interface PlatformPorts {
  readonly commits: CommitStore;
  readonly tenants: TenantReader;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** Opaque id of who changes the catalog: the release that brought the manifests. */
const ACTOR = 'manifests';

/**
 * Brings the platform tenant's chain to the manifests, at each start. Nothing is written when it
 * says the same already, and two processes at once write it once: the second finds no difference
 * under the head lock.
 */
export async function declarePlatform(
  { commits, tenants, ids, clock }: PlatformPorts,
  log: LogIdentity,
  declaration: CatalogDeclaration,
): Promise<CommitResult> {
  const atMs = clock.nowMs();
  const catalog = await tenants.readCatalog();
  const view = { tenant: undefined, members: [], catalog, ...NOTHING_SOLD };
  const difference = declareCatalog(view, declaration, atMs);
  if ('changes' in difference && difference.changes.length === 0) {
    return { facts: [], replayed: false };
  }
  return commitStep(commits, log, {
    operation: ids.uuid(),
    step: 'declare-catalog',
    tenant: PLATFORM_TENANT,
    actor: ACTOR,
    rule: declareCatalog,
    command: declaration,
    atMs,
    releaseLock: false,
  });
}
