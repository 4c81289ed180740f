import type { DatabaseRole } from '../../drizzle/roles.ts';
import type { SignedHeads } from '../../ports/fact-log.ts';
import type { Recovered } from '../../ports/recovery.ts';
import { reserve } from './accept.ts';
import { applyChanges } from './changes.ts';
import { toTenant } from './rows.ts';
import type { Session } from './transaction.ts';

/** Goes on in another role, which sees one tenant. */
type As = (role: DatabaseRole) => Promise<Session>;

/** Rows of one tenant as its facts tell them; a tenant that is not there is reserved first. */
export async function restoreTenant(
  tenant: string,
  restore: Recovered['restore'],
  as: As,
): Promise<void> {
  const { statements } = await as('tenure_worker');
  const [row] = await statements.findTenant.execute({ tenant });
  const changes = restore(tenant, row && toTenant(row));
  const [first] = changes;
  if (row === undefined && first?.type === 'tenant')
    await reserve((await as('tenure_api')).client, first.tenant);
  await applyChanges((await as('tenure_worker')).client, changes);
}

/** The chain goes on behind its last signed fact. */
export async function setHead(
  tenant: string,
  head: ReturnType<SignedHeads['get']>,
  as: As,
): Promise<void> {
  const { client } = await as('tenure_worker');
  const { seq, hash } = head ?? { seq: 0, hash: new Uint8Array(32) };
  await client.query('update tenant_heads set seq = $2, hash = $3 where tenant = $1', [
    ...[tenant, seq, Buffer.from(hash)],
  ]);
}
