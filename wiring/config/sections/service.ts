import { join } from 'node:path';
import { section } from '../section.ts';
import { address, dnsName, httpUrl, oneOf, text } from '../variables.ts';

export const APP_ENVS = ['dev', 'stage', 'prod'] as const;
export type AppEnv = (typeof APP_ENVS)[number];

/** In development only this machine can reach a server that was given no host. */
const LOOPBACK = '127.0.0.1';

export const service = section({
  title: 'Service',
  about: 'What every process of one installation shares.',
  variables: {
    APP_ENV: oneOf(APP_ENVS).withDefault(
      'dev',
      'Kind of installation. `stage` and `prod` refuse development defaults; `prod` also refuses the embedded adapters.',
    ),
    ADDR: address.withDefault(
      ':8090',
      'Address that the API listens on. Without a host: 127.0.0.1 in `dev`, all interfaces otherwise.',
    ),
    TENANT_DOMAIN: dnsName.withDefault(
      'tenure.localhost',
      'Domain under which tenants get their host `<slug>.<domain>`.',
    ),
    PUBLIC_URL: httpUrl.optional(
      'Where people reach the API: invitations lead there. Unset in `dev`: the port of ADDR on this machine.',
    ),
    STATE_DIR: text.optional(
      'Folder in which the embedded adapters keep their objects over a restart. Unset: in memory only.',
    ),
    EXPORT_DIR: text.optional(
      'Folder, shared by API and workers, with the exports of tenants that leave; it holds personal data. Unset: `exports` below STATE_DIR; without either nobody can leave.',
    ),
  },
  build: ({ APP_ENV, ADDR, TENANT_DOMAIN, PUBLIC_URL, STATE_DIR, EXPORT_DIR }) => ({
    env: APP_ENV,
    host: ADDR.host ?? (APP_ENV === 'dev' ? LOOPBACK : undefined),
    port: ADDR.port,
    tenantDomain: TENANT_DOMAIN,
    publicUrl: PUBLIC_URL ?? `http://${LOOPBACK}:${ADDR.port}`,
    stateDir: STATE_DIR,
    exportDir: EXPORT_DIR ?? (STATE_DIR && join(STATE_DIR, 'exports')),
  }),
});
