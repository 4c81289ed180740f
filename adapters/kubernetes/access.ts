import { KubeConfig } from '@kubernetes/client-node';

/** A token of a service account, or a kubeconfig file (its current context). */
export type KubernetesAccess =
  | {
      /** `https://host:port` */
      readonly server: string;
      readonly token: string;
      /** PEM of the authority to trust; without it the system's. */
      readonly ca?: string;
    }
  | { readonly kubeconfig: string };

export function loadAccess(access: KubernetesAccess): KubeConfig {
  const config = new KubeConfig();
  if ('kubeconfig' in access) {
    config.loadFromFile(access.kubeconfig);
  } else {
    const { server, token, ca } = access;
    const caData = ca === undefined ? {} : { caData: Buffer.from(ca).toString('base64') };
    config.loadFromClusterAndUser(
      { name: 'cluster', server, skipTLSVerify: false, ...caData },
      { name: 'user', token },
    );
  }
  return config;
}
