import { RegistryClient } from '../tools/demo/registry-client.ts';
import type { SagaAnswer } from '../tools/demo/registry-client.ts';
import type { Progress } from '../tools/servers/progress.ts';
import type { Stack } from '../tools/stack/stack.ts';

const AT_ONCE = 10;

/** So many tenants, by their sagas; their ids. */
export function provisionTenants(
  stack: Stack,
  count: number,
  progress: Progress,
): Promise<readonly string[]> {
  const client = new RegistryClient(stack.api.url, stack.operatorToken);
  const provisionOne = async (at: number): Promise<string> => {
    const body = { slug: `bench-${at}`, displayName: 'Bench', isolation: 'pool', plan: 'free' };
    const { saga } = await client.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', {
      ...body,
      admin: { email: 'bench@example.com' },
    });
    await client.follow(saga.id);
    return saga.tenant;
  };
  return progress(`Provisioning ${count} tenants`, async () => {
    const tenants: string[] = [];
    for (let at = 0; at < count; at += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_none, n) => at + n);
      tenants.push(...(await Promise.all(numbers.map(provisionOne))));
    }
    return tenants;
  });
}
