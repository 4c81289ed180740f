import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NetworkingV1Api } from '@kubernetes/client-node';
import { createKubernetesIngress } from '../../adapters/kubernetes/ingress.ts';
import { createNodeDnsProof } from '../../adapters/node-dns/domain-proof.ts';
import { challengeNameOf } from '../../domain/custom-domain.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { plantTexts } from '../contracts/dig.ts';
import { createOwning } from '../support/domains.ts';
import { aTenant } from '../support/invitations.ts';
import { LINKS, memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { aNamespace } from '../support/servers/kubernetes.ts';
import { server, type Addresses } from '../support/servers/server.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const timing = { attemptTimeoutMs: 10_000, retryBudgetMs: 60_000 };

let knot: Addresses<'knot'>;
let world: World;
let hostsOf: (name: string) => Promise<(string | undefined)[] | undefined>;
beforeAll(async () => {
  knot = await server('knot');
  const { config, namespace, url, ca, token } = await aNamespace();
  const ingresses = config.makeApiClient(NetworkingV1Api);
  hostsOf = async (name) => {
    const { items } = await ingresses.listNamespacedIngress({ namespace });
    return items
      .find(({ metadata }) => metadata?.name === name)
      ?.spec?.rules?.map(({ host }) => host);
  };
  const service = { name: 'front-end', port: 8080 };
  const outside = {
    ...memoryOutside(),
    routes: createKubernetesIngress({
      ...{ server: url, ca, token, namespace, service, ingressClass: 'any' },
    }),
    domainProof: createNodeDnsProof({
      resolvers: [`${knot.host}:${knot.port}`],
      nameServers: { port: knot.port, mayAsk: () => true },
    }),
  };
  world = await createWorld({ outside, timing });
}, SETUP_WITHIN_MS);
afterAll(() => world?.close());

test(
  'over real DNS and a real API server a name is proved, routed, lost to another, and removed',
  async () => {
    const people = createOwning(world);
    const [former, next] = [(await aTenant(world)).tenant, (await aTenant(world)).tenant];
    const name = `${randomUUID()}.${knot.zone.replace(/\.$/u, '')}`;
    const publish = ({ tenant, id }: Operation) =>
      plantTexts(knot, challengeNameOf(name), [LINKS.challenges.textOf(tenant, id)]);

    const first = await people.claim(former, name);
    await world.reached(first, ['waiting']);
    expect(await hostsOf(name)).toBeUndefined();
    await publish(first);
    expect((await world.ended(first)).state).toBe('done');
    expect(await hostsOf(name)).toEqual([name]);

    const second = await people.claim(next, name);
    await publish(second);
    expect((await world.ended(second)).state).toBe('done');
    expect((await people.row(first)).state).toBe('lost');
    const routes = await world.outside.routes.inventory(AbortSignal.timeout(10_000));
    expect(routes.filter((route) => route.name === name)).toMatchObject([
      { name, owner: { tenant: next } },
    ]);

    expect((await world.ended(await people.remove(next, second.id))).state).toBe('done');
    expect(await hostsOf(name)).toBeUndefined();
  },
  TEST_WITHIN_MS,
);
