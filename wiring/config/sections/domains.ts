import { section } from '../section.ts';
import { dnsServers } from '../variables.ts';

export const domains = section({
  title: 'Custom domains',
  about: 'Where the record that proves a tenant’s own domain is looked for.',
  variables: {
    DOMAIN_RESOLVERS: dnsServers.optional(
      'Resolvers that the worker asks, by address: `192.0.2.53,[2001:db8::53]:5353`. Unset: the system’s; in `dev` none, and records are read from `domain-proof.json` in STATE_DIR.',
    ),
  },
  build: ({ DOMAIN_RESOLVERS }) => ({ resolvers: DOMAIN_RESOLVERS }),
});
