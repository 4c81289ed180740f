import type { Isolation } from '../domain/isolation.ts';
import type { DomainStore } from '../ports/domain-store.ts';
import type { Dns } from '../ports/dns.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { ReconcileStore } from '../ports/reconcile-store.ts';
import type { Routes } from '../ports/routes.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import { PortError } from '../ports/call.ts';

/** What the doctor looks at, and mends. */
export interface DoctorPorts {
  readonly reconcile: ReconcileStore;
  readonly secrets: Secrets;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  readonly databases: TenantDatabase;
  readonly routes: Routes;
  readonly domains: Pick<DomainStore, 'listDomainsIn'>;
  readonly dns: Dns;
  readonly report: (message: string, cause: unknown) => void;
}

/** One look; a system that is away must not hide the others. */
const LOOK_WITHIN_MS = 15_000;

/** What the look saw, or the code of what was in its way. */
export async function look<T>(
  { report }: Pick<DoctorPorts, 'report'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | { readonly unseen: string }> {
  try {
    return await work(AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]));
  } catch (error) {
    report('the doctor could not look at a system', error);
    return { unseen: error instanceof PortError ? `${error.port}.${error.code}` : 'internal' };
  }
}
