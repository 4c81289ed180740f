import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { createDnsEndpoints } from '../../adapters/kubernetes/dns-endpoint.ts';
import type { OwnerMark } from '../../ports/call.ts';
import { formatOwnerMark, parseOwnerMark } from '../../ports/owner-mark.ts';
import { aNamespace, install } from '../support/servers/kubernetes.ts';
import { dnsContract } from './dns.ts';

const notExclusiveBecause =
  'apply cannot create-or-refuse; hosts are reserved in our database before DNS is asked';

dnsContract('ExternalDNS DNSEndpoint', make, { notExclusiveBecause });

async function make() {
  const { config, namespace, url, ca, token, powerlessToken } = await aNamespace();
  await install(config, 'DNSEndpoint');
  const api = config.makeApiClient(CustomObjectsApi);
  const group = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints' };
  const all = { ...group, namespace };
  const bend = (name: string, path: string, value: unknown) =>
    api.patchNamespacedCustomObject(
      { ...all, name, body: [{ op: 'replace', path, value }], fieldManager: 'somebody' },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
  const target = 'front.example.net';
  const options = { namespace, target, ttlS: 60, server: url, ca };
  return {
    dns: createDnsEndpoints({ ...options, token }),
    target,
    zone: 'saas.test',
    plant: async (host: string, { record, owner }: Parts) => {
      const mark = owner && {
        labels: { 'tenure/tenant': owner.tenant, 'tenure/operation': owner.operation },
        annotations: { 'tenure/registry': owner.registry },
      };
      const endpoint = (dnsName: string, recordType: string, ...targets: string[]) => ({
        ...{ dnsName, recordType, targets },
      });
      const body = {
        apiVersion: 'externaldns.k8s.io/v1alpha1',
        kind: 'DNSEndpoint',
        metadata: { name: host, ...mark },
        spec: {
          endpoints: [
            ...(record ? [endpoint(host, 'A', '192.0.2.99')] : []),
            ...(owner ? [endpoint(`_tenure.${host}`, 'TXT', formatOwnerMark(owner))] : []),
          ],
        },
      };
      await api.patchNamespacedCustomObject(
        { ...all, name: host, body, fieldManager: 'tenure' },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
    },
    ways: {
      ttl: (host: string) => bend(host, '/spec/endpoints/0/recordTTL', 5),
      target: (host: string) => bend(host, '/spec/endpoints/0/targets', ['evil.example.net']),
      mark: (host: string) => bend(host, '/spec/endpoints/1/targets', ['nobody']),
      'the label of its maker': (host: string) =>
        bend(host, '/metadata/labels/app.kubernetes.io~1managed-by', 'somebody'),
    },
    look: async (host: string) => {
      const { items } = (await api.listNamespacedCustomObject(all)) as { items: Found[] };
      const endpoints = items.flatMap(({ spec }) => spec.endpoints);
      const firstOf = (name: string) =>
        endpoints.find(({ dnsName }) => dnsName === name)?.targets[0];
      return { record: firstOf(host), mark: parseOwnerMark(firstOf(`_tenure.${host}`) ?? '') };
    },
    withWrongCredentials: createDnsEndpoints({ ...options, token: powerlessToken }),
    unreachable: createDnsEndpoints({ ...options, server: 'https://127.0.0.1:1', token }),
    close: async () => undefined,
  };
}

type Parts = { record: boolean; owner?: OwnerMark };

interface Found {
  readonly spec: { readonly endpoints: readonly { dnsName: string; targets: string[] }[] };
}
