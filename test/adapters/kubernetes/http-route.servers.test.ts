import { expect, test } from '@jest/globals';
import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { createHttpRoutes } from '../../../adapters/kubernetes/http-route.ts';
import { createKubernetesIngress } from '../../../adapters/kubernetes/ingress.ts';
import { aCall, REGISTRY } from '../../contracts/a-call.ts';
import { aNamespace, install } from '../../support/servers/kubernetes.ts';

const acme = { slug: 'acme', host: 'acme.saas.test' };
const service = { name: 'front-end', port: 8080 };
const HTTP_ROUTE = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' };

async function aGateway(gateway = { name: 'public', namespace: 'infra', listener: 'https' }) {
  const { config, namespace, kubeconfigFile: kubeconfig } = await aNamespace();
  await install(config, 'HTTPRoute');
  const api = config.makeApiClient(CustomObjectsApi);
  const one = { ...HTTP_ROUTE, namespace, name: acme.slug };
  return {
    ...{ namespace, kubeconfig },
    routes: createHttpRoutes({ kubeconfig, namespace, gateway, service }),
    read: () => api.getNamespacedCustomObject(one),
    mergePatch: (body: object) =>
      api.patchNamespacedCustomObject(
        { ...one, body, fieldManager: 'somebody' },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
  };
}

test('a route leads from the host by the listener of the Gateway to the front end', async () => {
  const { routes, read } = await aGateway();
  const call = aCall();
  await routes.ensure(acme, call);
  expect(await read()).toMatchObject({
    metadata: {
      labels: {
        'app.kubernetes.io/managed-by': 'tenure',
        'tenure/tenant': call.owner.tenant,
        'tenure/operation': call.owner.operation,
      },
      annotations: { 'tenure/registry': REGISTRY },
      managedFields: [{ manager: `tenure/${REGISTRY}`, operation: 'Apply' }],
    },
    spec: {
      hostnames: [acme.host],
      parentRefs: [{ name: 'public', namespace: 'infra', sectionName: 'https', kind: 'Gateway' }],
      rules: [{ backendRefs: [{ ...service, kind: 'Service' }] }],
    },
  });
});

test('what others add stays; what they took from us is taken back', async () => {
  const { routes, read, mergePatch } = await aGateway();
  const call = aCall();
  await routes.ensure(acme, call);
  await mergePatch({ metadata: { annotations: { theirs: 'kept' } } });
  await routes.ensure(acme, call);
  await expect(read()).resolves.toMatchObject({ metadata: { annotations: { theirs: 'kept' } } });
  await mergePatch({ spec: { hostnames: ['theirs.saas.test'] } });
  await routes.ensure(acme, call);
  await expect(read()).resolves.toMatchObject({ spec: { hostnames: [acme.host] } });
});

test('a host that Gateway API does not take is invalid', async () => {
  const { routes } = await aGateway();
  const request = { slug: 'acme', host: 'Not A Host' };
  await expect(routes.ensure(request, aCall())).rejects.toMatchObject({ code: 'invalid' });
});

test('an Ingress of the same slug is another object and stays', async () => {
  const { routes, namespace, kubeconfig } = await aGateway();
  const [call, ingresses] = [
    aCall(),
    createKubernetesIngress({ kubeconfig, namespace, ingressClass: 'any', service }),
  ];
  await ingresses.ensure(acme, call);
  await routes.ensure(acme, call);
  await routes.remove(acme.slug, call);
  expect(await ingresses.inventory(call.signal)).toHaveLength(1);
});

test('a suspended route is off its Gateway and keeps the rest, also what others wrote', async () => {
  const { routes, read, mergePatch } = await aGateway();
  const call = aCall();
  await routes.ensure(acme, call);
  await mergePatch({ metadata: { annotations: { theirs: 'kept' } } });
  const before = (await read()) as { metadata: { uid: string }; spec: object };
  await routes.suspend(acme, call);
  const { metadata, spec } = (await read()) as typeof before;
  expect(metadata).toMatchObject({ uid: before.metadata.uid, annotations: { theirs: 'kept' } });
  expect(spec).toEqual({ ...before.spec, parentRefs: [] });
});

test('a suspended route that another manager put on a Gateway is taken off again', async () => {
  const { routes, mergePatch } = await aGateway();
  const call = aCall();
  await routes.ensure(acme, call);
  await routes.suspend(acme, call);
  await mergePatch({ spec: { parentRefs: [{ name: 'theirs' }] } });
  expect(await routes.observe(acme, call)).toMatchObject({ open: true });
  await routes.suspend(acme, call);
  expect(await routes.observe(acme, call)).toMatchObject({ open: false });
});
