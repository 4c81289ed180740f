import { section } from '../section.ts';
import { dnsTtl, text } from '../variables.ts';

export const externalDns = section({
  title: 'ExternalDNS',
  about: 'DNS as DNSEndpoint objects, by the API server and the token of Kubernetes.',
  variables: {
    EXTERNAL_DNS_TARGET: text.optional(
      'Where hosts point to: a DNS name (CNAME) or an IP address (A, AAAA).',
    ),
    EXTERNAL_DNS_NAMESPACE: text.optional(
      'Namespace of the DNSEndpoints. Unset: `KUBERNETES_NAMESPACE`.',
    ),
    EXTERNAL_DNS_TTL_S: dnsTtl(),
  },
  build: (values) => {
    const { EXTERNAL_DNS_TARGET: target, EXTERNAL_DNS_NAMESPACE: namespace } = values;
    if (target === undefined) return undefined;
    return { target, namespace, ttlS: values.EXTERNAL_DNS_TTL_S };
  },
});
