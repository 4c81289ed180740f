import { NetworkingV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { createKubernetesIngress } from '../../adapters/kubernetes/ingress.ts';
import { markOf, withoutBooks } from '../adapters/kubernetes/snapshots.ts';
import { aNamespace } from '../support/servers/kubernetes.ts';
import { routesContract } from './routes.ts';

const BACKEND = '/spec/rules/0/http/paths/0/backend/service';

routesContract('Kubernetes Ingress', async () => {
  const { config, namespace, url, ca, token, powerlessToken } = await aNamespace();
  const ingresses = config.makeApiClient(NetworkingV1Api);
  const bend = (name: string, path: string, value: unknown, { op } = { op: 'replace' }) =>
    ingresses.patchNamespacedIngress(
      { name, namespace, body: [{ op, path, value }], fieldManager: 'somebody' },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
  const service = { name: 'front-end', port: 8080 };
  const options = { namespace, ingressClass: 'any', service };
  const at = { server: url, ca };
  return {
    routes: createKubernetesIngress({ ...options, ...at, token }),
    plant: async (slug, { host, owner }) => {
      const mark = owner && {
        labels: { 'tenure/tenant': owner.tenant, 'tenure/operation': owner.operation },
        annotations: { 'tenure/registry': owner.registry },
      };
      const backend = { service: { name: 'theirs', port: { number: 80 } } };
      const paths = [{ path: '/', pathType: 'Prefix', backend }];
      const body = {
        metadata: { name: slug, ...mark },
        spec: { rules: [{ host, http: { paths } }] },
      };
      await ingresses.createNamespacedIngress({ namespace, body, fieldManager: 'kubectl' });
    },
    ways: {
      host: (slug) => bend(slug, '/spec/rules/0/host', 'evil.saas.test'),
      class: (slug) => bend(slug, '/spec/ingressClassName', 'theirs'),
      service: (slug) => bend(slug, `${BACKEND}/name`, 'theirs'),
      port: (slug) => bend(slug, `${BACKEND}/port/number`, 81),
      path: (slug) => bend(slug, '/spec/rules/0/http/paths/0/path', '/theirs'),
      'one more host': (slug) =>
        bend(slug, '/spec/rules/-', { host: 'more.saas.test' }, { op: 'add' }),
      'the label of its maker': (slug) =>
        bend(slug, '/metadata/labels/app.kubernetes.io~1managed-by', 'somebody'),
    },
    look: async (slug) => {
      const all = await ingresses.listNamespacedIngress({ namespace });
      const found = all.items.find((ingress) => ingress.metadata?.name === slug);
      return (
        found && { host: found.spec?.rules?.[0]?.host ?? '', mark: markOf(found.metadata ?? {}) }
      );
    },
    snapshot: async (slug) =>
      withoutBooks(await ingresses.readNamespacedIngress({ namespace, name: slug })),
    isOpen: async (slug) => {
      const found = await ingresses.readNamespacedIngress({ namespace, name: slug });
      return found.spec?.rules?.[0]?.http !== undefined;
    },
    withWrongCredentials: [
      createKubernetesIngress({ ...options, ...at, token: 'wrong' }),
      createKubernetesIngress({ ...options, ...at, token: powerlessToken }),
    ],
    unreachable: createKubernetesIngress({
      ...options,
      server: 'https://127.0.0.1:1',
      ca,
      token,
    }),
    close: async () => undefined,
  };
});
