import { section } from '../section.ts';
import { dnsTtl, integer, text } from '../variables.ts';

const DAY_S = 86_400;

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
    EXTERNAL_DNS_INTERVAL_S: integer(1, DAY_S).withDefault(
      '60',
      'Its `--interval` in seconds: the zone follows within that time.',
    ),
  },
  build: (values) => {
    const { EXTERNAL_DNS_TARGET: target, EXTERNAL_DNS_NAMESPACE: namespace } = values;
    if (target === undefined) return undefined;
    const { EXTERNAL_DNS_TTL_S: ttlS, EXTERNAL_DNS_INTERVAL_S: intervalS } = values;
    return { target, namespace, ttlS, intervalS };
  },
});
