import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Secrets } from '../../ports/secrets.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from '../adapters/postgres/registry-database.ts';

interface SecretsSubject {
  readonly secrets: Secrets;
  /** Two tenants that are there. */
  readonly tenants: readonly [string, string];
  /** All that the store keeps of secrets, as somebody who reads its disk. */
  atRest(): Promise<string>;
}

/** Every adapter of the port runs this. */
function secretsContract(name: string, make: () => Promise<SecretsSubject>): void {
  describe(`secrets contract: ${name}`, () => {
    let subject: SecretsSubject;
    beforeAll(async () => {
      subject = await make();
    });

    test('gives back what was put, the newest of a name', async () => {
      const { secrets, tenants } = subject;
      await secrets.put(tenants[0], 'token', 'first');
      await secrets.put(tenants[0], 'token', 'second');
      expect(await secrets.find(tenants[0], 'token')).toBe('second');
      expect(await secrets.find(tenants[0], 'other')).toBeUndefined();
    });

    test('keeps tenants apart', async () => {
      const { secrets, tenants } = subject;
      await secrets.put(tenants[0], 'shared-name', 'of the first');
      expect(await secrets.find(tenants[1], 'shared-name')).toBeUndefined();
    });

    test('shows nothing of the value at rest', async () => {
      const { secrets, tenants, atRest } = subject;
      await secrets.put(tenants[0], 'client-secret', 'planted-canary');
      const kept = await atRest();
      expect(kept).toContain('client-secret');
      expect(kept).not.toContain('planted-canary');
      expect(kept).not.toContain(Buffer.from('planted-canary').toString('hex'));
    });

    test('removes all of a tenant and nothing of another; twice is success', async () => {
      const { secrets, tenants } = subject;
      for (const tenant of tenants) await secrets.put(tenant, 'key', 'value');
      await secrets.removeAll(tenants[0]);
      await secrets.removeAll(tenants[0]);
      expect(await secrets.find(tenants[0], 'key')).toBeUndefined();
      expect(await secrets.find(tenants[1], 'key')).toBe('value');
    });
  });
}

let registry: RegistryDatabase;
afterAll(() => registry.close());

secretsContract('sealed rows in Postgres', async () => {
  registry = await registryDatabase();
  const make = async () => (await accepted(registry.api.operations, provisionRequest())).tenant;
  return {
    secrets: registry.worker.secrets,
    tenants: [await make(), await make()],
    atRest: async () => JSON.stringify((await registry.admin.query('select * from secrets')).rows),
  };
});
