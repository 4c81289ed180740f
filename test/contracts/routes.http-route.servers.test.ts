import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { createHttpRoutes } from '../../adapters/kubernetes/http-route.ts';
import { aNamespace, install } from '../support/servers/kubernetes.ts';
import { markOf, withoutBooks } from '../adapters/kubernetes/snapshots.ts';
import type { Marked } from '../adapters/kubernetes/snapshots.ts';
import { routesContract } from './routes.ts';

routesContract('Gateway API HTTPRoute', async () => {
  const { config, namespace, url, ca, token, powerlessToken } = await aNamespace();
  await install(config, 'HTTPRoute');
  const api = config.makeApiClient(CustomObjectsApi);
  const group = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' };
  const all = { ...group, namespace };
  const bend = (name: string, path: string, value: unknown, { op } = { op: 'replace' }) =>
    api.patchNamespacedCustomObject(
      { ...all, name, body: [{ op, path, value }], fieldManager: 'somebody' },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
  const service = { name: 'front-end', port: 8080 };
  const options = { namespace, gateway: { name: 'public' }, service, server: url, ca };
  return {
    routes: createHttpRoutes({ ...options, token }),
    plant: async (slug, { host, owner }) => {
      const mark = owner && {
        labels: { 'tenure/tenant': owner.tenant, 'tenure/operation': owner.operation },
        annotations: { 'tenure/registry': owner.registry },
      };
      const body = {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: slug, ...mark },
        spec: { parentRefs: [{ name: 'theirs' }], hostnames: [host] },
      };
      await api.createNamespacedCustomObject({ ...all, body, fieldManager: 'kubectl' });
    },
    ways: {
      host: (slug) => bend(slug, '/spec/hostnames', ['evil.saas.test']),
      'one more host': (slug) => bend(slug, '/spec/hostnames/-', 'more.saas.test', { op: 'add' }),
      gateway: (slug) => bend(slug, '/spec/parentRefs/0/name', 'theirs'),
      service: (slug) => bend(slug, '/spec/rules/0/backendRefs/0/name', 'theirs'),
      'the label of its maker': (slug) =>
        bend(slug, '/metadata/labels/app.kubernetes.io~1managed-by', 'somebody'),
    },
    look: async (slug) => {
      const { items } = (await api.listNamespacedCustomObject(all)) as { items: Found[] };
      const found = items.find(({ metadata }) => metadata.name === slug);
      return found && { host: found.spec.hostnames[0] ?? '', mark: markOf(found.metadata) };
    },
    snapshot: async (slug) => {
      const { items } = (await api.listNamespacedCustomObject(all)) as { items: Found[] };
      return withoutBooks(items.find(({ metadata }) => metadata.name === slug));
    },
    isOpen: async (slug) => {
      const found = (await api.getNamespacedCustomObject({ ...all, name: slug })) as Found;
      return (found.spec.parentRefs ?? []).length > 0;
    },
    withWrongCredentials: [
      createHttpRoutes({ ...options, token: 'wrong' }),
      createHttpRoutes({ ...options, token: powerlessToken }),
    ],
    unreachable: createHttpRoutes({ ...options, server: 'https://127.0.0.1:1', token }),
    close: async () => undefined,
  };
});

interface Found {
  readonly metadata: Marked & { readonly name: string };
  readonly spec: { readonly hostnames: readonly string[]; readonly parentRefs?: readonly object[] };
}
