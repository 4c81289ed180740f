import { expect, test } from '@jest/globals';
import { ownedObjects } from '../../../adapters/kubernetes/owned.ts';
import { aCall } from '../../contracts/a-call.ts';
import { aNamespace } from '../../support/servers/kubernetes.ts';

test('a kind that nobody installed is waited for: nothing is known about its objects', async () => {
  const { namespace, kubeconfigFile: kubeconfig } = await aNamespace();
  const objects = ownedObjects<object>(
    { kubeconfig, namespace },
    {
      group: 'never.example',
      version: 'v1',
      plural: 'nevers',
      kind: 'Never',
      port: 'dns',
    },
  );
  const awaited = {
    code: 'unavailable',
    port: 'dns',
    message: 'the namespace or the kind Never is not there',
  };
  const specOf = () => ({});
  await expect(objects.ensure('acme', specOf, aCall())).rejects.toMatchObject(awaited);
  await expect(objects.probe('acme', specOf, aCall().signal)).rejects.toMatchObject(awaited);
  await expect(objects.remove('acme', aCall())).rejects.toMatchObject(awaited);
});
