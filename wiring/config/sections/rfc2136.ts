import { requireWith, section } from '../section.ts';
import { address, dnsName, dnsTtl, oneOf, secret, text } from '../variables.ts';

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;

export const rfc2136 = section({
  title: 'RFC 2136',
  about: 'DNS by dynamic update with TSIG (BIND, Knot, Windows …).',
  variables: {
    RFC2136_SERVER: address.optional('Primary server of the zone, host:port.'),
    RFC2136_ZONE: dnsName.optional('Zone of the tenants’ hosts. Unset: `TENANT_DOMAIN`.'),
    RFC2136_TARGET: text.optional(
      'Where hosts point to: a DNS name (CNAME) or an IP address (A, AAAA).',
    ),
    RFC2136_TTL_S: dnsTtl(),
    RFC2136_KEY_NAME: dnsName.optional('Name of the TSIG key.'),
    RFC2136_KEY_SECRET: secret.optional('The TSIG key, base64.'),
    RFC2136_KEY_ALGORITHM: oneOf(TSIG_ALGORITHMS).withDefault('hmac-sha256', 'Its algorithm.'),
  },
  build: (values, refuse) => {
    const server = values.RFC2136_SERVER;
    if (server === undefined) return undefined;
    if (server.host === undefined) refuse('RFC2136_SERVER', 'must name a host, host:port');
    const needed = ['RFC2136_KEY_NAME', 'RFC2136_KEY_SECRET', 'RFC2136_TARGET'];
    requireWith('RFC2136_SERVER', values, needed, refuse);
    const { RFC2136_KEY_NAME: keyName, RFC2136_KEY_SECRET: keySecret } = values;
    const target = values.RFC2136_TARGET;
    if (!server.host || !keyName || !keySecret || !target) return undefined;
    return {
      host: server.host,
      port: server.port,
      zone: values.RFC2136_ZONE,
      target,
      ttlS: values.RFC2136_TTL_S,
      keyName,
      keySecret,
      keyAlgorithm: values.RFC2136_KEY_ALGORITHM,
    };
  },
});
