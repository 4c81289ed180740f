import { beforeAll, expect, test } from '@jest/globals';
import { CoreV1Api, NetworkingV1Api, setHeaderOptions } from '@kubernetes/client-node';
import { createKubernetesIngress } from '../../../adapters/kubernetes/ingress.ts';
import { aCall, ofAnotherRegistry, REGISTRY } from '../../contracts/a-call.ts';
import { aNamespace } from '../../support/servers/kubernetes.ts';
import { markOf } from './snapshots.ts';
import { eventually } from '../../support/eventually.ts';

let kubeconfig: string;
let ingresses: NetworkingV1Api;
let core: CoreV1Api;
beforeAll(async () => {
  const { config, kubeconfigFile } = await aNamespace();
  kubeconfig = kubeconfigFile;
  ingresses = config.makeApiClient(NetworkingV1Api);
  core = config.makeApiClient(CoreV1Api);
});

const routesIn = (namespace: string, more: { tlsSecret?: string } = {}) =>
  createKubernetesIngress({
    kubeconfig,
    namespace,
    ingressClass: 'public',
    service: { name: 'front-end', port: 8080 },
    ...more,
  });
const acme = { slug: 'acme', host: 'acme.saas.test' };
const mergePatch = setHeaderOptions('Content-Type', 'application/merge-patch+json');

test('an Ingress has plain fields only, our labels, and our field manager by apply', async () => {
  const { namespace } = await aNamespace();
  const call = aCall();
  await routesIn(namespace, { tlsSecret: 'wildcard' }).ensure(acme, call);
  const { metadata, spec } = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  const backend = { service: { name: 'front-end', port: { number: 8080 } } };
  expect(JSON.parse(JSON.stringify(spec))).toEqual({
    ingressClassName: 'public',
    rules: [{ host: acme.host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    tls: [{ hosts: [acme.host], secretName: 'wildcard' }],
  });
  expect(metadata?.labels).toEqual({
    'app.kubernetes.io/managed-by': 'tenure',
    'tenure/tenant': call.owner.tenant,
    'tenure/operation': call.owner.operation,
  });
  expect(metadata?.annotations).toEqual({ 'tenure/registry': REGISTRY });
  const manager = `tenure/${REGISTRY}`;
  expect(metadata?.managedFields).toMatchObject([{ manager, operation: 'Apply' }]);
});

test('of two registries that make one route at once the second is refused, not the first', async () => {
  const { namespace } = await aNamespace();
  const call = aCall();
  const theirs = ofAnotherRegistry(call);
  const routes = routesIn(namespace);
  // Both have looked, and found nothing.
  const results = await Promise.allSettled([
    routes.ensure(acme, call),
    routes.ensure(acme, theirs),
  ]);
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: { code: 'foreign' } }]);
  const { metadata } = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  const winner = results[0].status === 'fulfilled' ? call : theirs;
  expect(markOf(metadata ?? {})).toEqual(winner.owner);
});

test('what controllers and people add to our Ingress stays', async () => {
  const { namespace } = await aNamespace();
  const [routes, call] = [routesIn(namespace), aCall()];
  await routes.ensure(acme, call);
  const body = { metadata: { annotations: { theirs: 'kept' } } };
  await ingresses.patchNamespacedIngress({ name: 'acme', namespace, body }, mergePatch);
  await routes.ensure(acme, call);
  const { metadata } = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  expect(metadata?.annotations).toEqual({ theirs: 'kept', 'tenure/registry': REGISTRY });
});

test('a field of our Ingress that another manager took is taken back', async () => {
  const { namespace } = await aNamespace();
  const [routes, call] = [routesIn(namespace), aCall()];
  await routes.ensure(acme, call);
  const body = { spec: { ingressClassName: 'theirs' } };
  const request = { name: 'acme', namespace, body, fieldManager: 'somebody' };
  await ingresses.patchNamespacedIngress(request, mergePatch);
  await routes.ensure(acme, call);
  const { spec } = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  expect(spec?.ingressClassName).toBe('public');
});

test('removal resolves when the object is gone, not when its deletion is accepted', async () => {
  const { namespace } = await aNamespace();
  const [routes, call] = [routesIn(namespace), aCall({}, AbortSignal.timeout(60_000))];
  await routes.ensure(acme, call);
  const finalizers = (names: string[]) =>
    ingresses.patchNamespacedIngress(
      { name: 'acme', namespace, body: { metadata: { finalizers: names } } },
      mergePatch,
    );
  await finalizers(['example.test/held']);

  let gone = false;
  const removal = routes.remove('acme', call).then(() => (gone = true));
  await eventually(async () => {
    const { metadata } = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
    return metadata?.deletionTimestamp !== undefined;
  });
  await expect(routes.ensure(acme, call)).rejects.toMatchObject({ code: 'unavailable' });
  const impatient = routes.remove('acme', { ...call, signal: AbortSignal.timeout(3_000) });
  await expect(impatient).rejects.toMatchObject({ code: 'unknown' });
  expect(gone).toBe(false);
  await finalizers([]);
  await removal;
  expect(gone).toBe(true);
});

test('a namespace that is missing or being deleted is waited for, also by the probe', async () => {
  const { namespace: terminating } = await aNamespace();
  // No controller runs here: a deleted namespace stays on its way out.
  await core.deleteNamespace({ name: terminating });
  for (const namespace of ['never-made', terminating]) {
    const routes = routesIn(namespace);
    const code = 'unavailable';
    await expect(routes.ensure(acme, aCall())).rejects.toMatchObject({ code });
    await expect(routes.probe(aCall().signal)).rejects.toMatchObject({ code });
    await expect(routes.remove('acme', aCall())).resolves.toBeUndefined();
  }
});

test('a name that Kubernetes does not take is invalid', async () => {
  const { namespace } = await aNamespace();
  const routes = routesIn(namespace);
  const request = { slug: 'Not_A_Name', host: acme.host };
  await expect(routes.ensure(request, aCall())).rejects.toMatchObject({ code: 'invalid' });
});

test('an inventory of several pages is whole', async () => {
  const { namespace } = await aNamespace();
  const names = Array.from({ length: 510 }, (_, at) => `t${at}`);
  for (let at = 0; at < names.length; at += 30) {
    await Promise.all(
      names.slice(at, at + 30).map((name) => {
        const spec = { defaultBackend: { service: { name: 's', port: { number: 80 } } } };
        return ingresses.createNamespacedIngress({ namespace, body: { metadata: { name }, spec } });
      }),
    );
  }
  expect(await routesIn(namespace).inventory(aCall().signal)).toHaveLength(names.length);
});

test('a suspended Ingress keeps host, class, certificate and what others wrote, but no path', async () => {
  const { namespace } = await aNamespace();
  const [routes, call] = [routesIn(namespace, { tlsSecret: 'wildcard' }), aCall()];
  await routes.ensure(acme, call);
  const body = { metadata: { annotations: { theirs: 'kept' } } };
  await ingresses.patchNamespacedIngress({ name: 'acme', namespace, body }, mergePatch);
  const before = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  await routes.suspend(acme, call);
  const suspended = await ingresses.readNamespacedIngress({ name: 'acme', namespace });
  expect(JSON.parse(JSON.stringify(suspended.spec))).toEqual({
    ingressClassName: 'public',
    rules: [{ host: acme.host }],
    tls: [{ hosts: [acme.host], secretName: 'wildcard' }],
  });
  expect(suspended.metadata).toMatchObject({
    ...{ uid: before.metadata?.uid, annotations: { theirs: 'kept' } },
    labels: before.metadata?.labels,
  });
});
