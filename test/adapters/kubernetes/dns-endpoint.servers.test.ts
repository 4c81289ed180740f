import { expect, test } from '@jest/globals';
import { CustomObjectsApi } from '@kubernetes/client-node';
import { createDnsEndpoints } from '../../../adapters/kubernetes/dns-endpoint.ts';
import { aCall } from '../../contracts/a-call.ts';
import { aNamespace, install } from '../../support/servers/kubernetes.ts';

const host = 'acme.saas.test';
const GROUP = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints' };

async function endpointsFor(target: string) {
  const { config, namespace, kubeconfigFile: kubeconfig } = await aNamespace();
  await install(config, 'DNSEndpoint');
  const api = config.makeApiClient(CustomObjectsApi);
  return {
    dns: createDnsEndpoints({ kubeconfig, namespace, target, ttlS: 60 }),
    read: () => api.getNamespacedCustomObject({ ...GROUP, namespace, name: host }),
    create: (name: string, spec: object) => {
      const body = { apiVersion: `${GROUP.group}/${GROUP.version}`, kind: 'DNSEndpoint' };
      const object = { ...body, metadata: { name }, spec };
      return api.createNamespacedCustomObject({ ...GROUP, namespace, body: object });
    },
  };
}

test.each([
  ['front.example.net.', 'CNAME', 'front.example.net'],
  ['192.0.2.7', 'A', '192.0.2.7'],
  ['2001:db8::7', 'AAAA', '2001:db8::7'],
])('target %s makes a record %s, with the mark beside it', async (target, recordType, shown) => {
  const { dns, read } = await endpointsFor(target);
  const call = aCall();
  await dns.ensure(host, call);
  const { registry, tenant, operation } = call.owner;
  const mark = `registry=${registry} tenant=${tenant} operation=${operation}`;
  expect(await read()).toMatchObject({
    metadata: {
      labels: { 'tenure/tenant': tenant, 'tenure/operation': operation },
      annotations: { 'tenure/registry': registry },
    },
    spec: {
      endpoints: [
        { dnsName: host, recordType, recordTTL: 60, targets: [shown] },
        { dnsName: `_tenure.${host}`, recordType: 'TXT', recordTTL: 60, targets: [mark] },
      ],
    },
  });
});

test("the inventory tells others' hosts by their records, whatever their objects are called", async () => {
  const { dns, create } = await endpointsFor('192.0.2.7');
  await create('theirs', {
    endpoints: [
      { dnsName: 'one.saas.test', recordType: 'A', targets: ['192.0.2.1'] },
      { dnsName: 'two.saas.test', recordType: 'CNAME', targets: ['one.saas.test'] },
      { dnsName: 'two.saas.test', recordType: 'TXT', targets: ['no host'] },
    ],
  });
  await create('empty', {});
  const owner = undefined;
  expect(await dns.inventory(aCall().signal)).toEqual([
    { name: 'one.saas.test', owner },
    { name: 'two.saas.test', owner },
  ]);
});

test('a host that is no name is invalid', async () => {
  const { dns } = await endpointsFor('192.0.2.7');
  await expect(dns.ensure('Not_A_Host', aCall())).rejects.toMatchObject({
    code: 'invalid',
    port: 'dns',
  });
});
