import { requireWith, section } from '../section.ts';
import { dnsName, dnsTtl, httpUrl, secret, text } from '../variables.ts';

export const powerdns = section({
  title: 'PowerDNS',
  about:
    'DNS by the HTTP API of PowerDNS. None of it, RFC 2136 and ExternalDNS: the embedded DNS adapter.',
  variables: {
    POWERDNS_API_URL: httpUrl.optional('Base URL of the API, without `/api/v1`.'),
    POWERDNS_API_KEY: secret.optional('Key of the API (`X-API-Key`).'),
    POWERDNS_SERVER_ID: text.withDefault('localhost', 'Server id in the paths of the API.'),
    POWERDNS_ZONE: dnsName.optional('Zone of the tenants’ hosts. Unset: `TENANT_DOMAIN`.'),
    POWERDNS_TARGET: text.optional(
      'Where hosts point to: a DNS name (CNAME) or an IP address (A, AAAA).',
    ),
    POWERDNS_TTL_S: dnsTtl(),
  },
  build: (values, refuse) => {
    const apiUrl = values.POWERDNS_API_URL;
    if (apiUrl === undefined) return undefined;
    const { POWERDNS_API_KEY: apiKey, POWERDNS_TARGET: target } = values;
    requireWith('POWERDNS_API_URL', values, ['POWERDNS_API_KEY', 'POWERDNS_TARGET'], refuse);
    if (apiKey === undefined || target === undefined) return undefined;
    return {
      apiUrl,
      apiKey,
      serverId: values.POWERDNS_SERVER_ID,
      zone: values.POWERDNS_ZONE,
      target,
      ttlS: values.POWERDNS_TTL_S,
    };
  },
});
