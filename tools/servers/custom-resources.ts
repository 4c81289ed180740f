import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { goModule } from './go.ts';
import type { Progress } from './progress.ts';
import { customResources } from './versions.ts';

/** Where the makers keep a definition (CRD): released as part of a Go module. */
const SOURCES = {
  HTTPRoute: {
    module: 'sigs.k8s.io/gateway-api',
    pinned: customResources.gatewayApi,
    file: 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  },
  DNSEndpoint: {
    module: 'sigs.k8s.io/external-dns',
    pinned: customResources.externalDns,
    file: 'config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml',
  },
} as const;

export type CustomResourceName = keyof typeof SOURCES;

export const customResourceNames = Object.keys(SOURCES) as CustomResourceName[];

/** Path of the definition (YAML) of a kind that an API server does not know by itself. */
export async function getCustomResource(
  name: CustomResourceName,
  progress: Progress,
): Promise<string> {
  const { module, pinned, file } = SOURCES[name];
  const key = `crd-${name.toLowerCase()}`;
  const dir = await cached(key, pinned.version, progress, async (building) => {
    const source = await progress(`Getting the definition of ${name}`, () =>
      goModule(module, pinned, progress),
    );
    await copyFile(join(source, file), join(building, 'definition.yaml'));
  });
  return join(dir, 'definition.yaml');
}
