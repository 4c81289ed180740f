import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApiException, ApiextensionsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import type { V1CustomResourceDefinition } from '@kubernetes/client-node';
import { parse } from 'yaml';
import {
  type CustomResourceName,
  getCustomResource,
} from '../../../tools/servers/custom-resources.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import { eventually } from '../eventually.ts';
import { server } from './server.ts';

/** The shared API server, a new namespace in it, and what an administrator's client needs. */
export async function aNamespace() {
  const kubernetes = await server('kubernetes');
  const config = new KubeConfig();
  config.loadFromFile(kubernetes.kubeconfigFile);
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const body = { metadata: { name: namespace } };
  await config.makeApiClient(CoreV1Api).createNamespace({ body });
  const ca = readFileSync(kubernetes.caFile, 'utf8');
  return { ...kubernetes, ca, config, namespace };
}

/** Teaches the API server a kind, as its makers define it; several may at once. */
export async function install(config: KubeConfig, kind: CustomResourceName): Promise<void> {
  const text = readFileSync(await getCustomResource(kind, quiet), 'utf8');
  const body = parse(text) as V1CustomResourceDefinition;
  const api = config.makeApiClient(ApiextensionsV1Api);
  const name = body.metadata?.name ?? '';
  await api.createCustomResourceDefinition({ body }).catch((error: unknown) => {
    const isThere = error instanceof ApiException && error.code === 409;
    if (!isThere) throw error;
  });
  await eventually(async () => {
    const { status } = await api.readCustomResourceDefinition({ name });
    const states = status?.conditions?.map(({ type, status: is }) => `${type} ${is}`);
    return states?.includes('Established True') === true;
  });
}
