import { section } from '../section.ts';
import { integer } from '../variables.ts';

const callsPerS = (of: string) =>
  integer(1, 10_000).optional(`Calls in a second to ${of}. Unset: no limit.`);

export const limits = section({
  title: 'Limits',
  about: 'How often one worker asks an outside system; a call is a few requests at most.',
  variables: {
    DNS_MAX_CALLS_PER_S: callsPerS('DNS'),
    ROUTES_MAX_CALLS_PER_S: callsPerS('the router'),
    TENANT_DATABASE_MAX_CALLS_PER_S: callsPerS('the server of the tenants’ databases'),
    NOTIFIER_MAX_CALLS_PER_S: callsPerS('the mail server'),
  },
  build: (values) => ({
    dns: values.DNS_MAX_CALLS_PER_S,
    routes: values.ROUTES_MAX_CALLS_PER_S,
    databases: values.TENANT_DATABASE_MAX_CALLS_PER_S,
    notifier: values.NOTIFIER_MAX_CALLS_PER_S,
  }),
});
