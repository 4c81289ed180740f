import { describe, expect, test } from '@jest/globals';
import { LOG_ORIGIN } from '../../../facts/core/formats.ts';
import { REGISTRY_MAX_CHARS } from '../../../ports/owner-mark.ts';
import { ConfigError } from '../../../wiring/config/errors.ts';
import { loadConfig } from '../../../wiring/config/load.ts';
import type { ProcessName } from '../../../wiring/config/requirements.ts';
import { DEV_OPERATOR_TOKEN, DEV_SECRETS_KEY } from '../../../wiring/config/sections/access.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const STAGE = {
  APP_ENV: 'stage',
  DATABASE_URL: 'postgres://tenure:pw@db/tenure',
  OPERATOR_TOKEN: 'an-operator-token-1',
  READER_TOKEN: 'a-reader-token-0001',
  SECRETS_KEY: KEY,
  FACT_LOG_ORIGIN: 'tenure.example/stage',
  PUBLIC_URL: 'https://tenure.example',
};
const REAL_ADAPTERS = {
  KEYCLOAK_ADMIN_URL: 'https://id.example.com',
  KEYCLOAK_CLIENT_ID: 'tenure',
  KEYCLOAK_CLIENT_SECRET: 's',
  SMTP_HOST: 'mail',
  POWERDNS_API_URL: 'http://dns:8081',
  POWERDNS_API_KEY: 'k',
  POWERDNS_TARGET: '192.0.2.1',
  KUBERNETES_API_URL: 'https://kubernetes.default.svc',
  KUBERNETES_TOKEN: 't',
  KUBERNETES_BACKEND: 'web',
  KUBERNETES_INGRESS_CLASS: 'nginx',
  LIBSQL_ADMIN_URL: 'http://libsql:8081',
  LIBSQL_URL: 'http://libsql:8080',
};

function problemsOf(
  process: ProcessName,
  env: Record<string, string>,
  readFile?: (path: string) => string,
): readonly string[] {
  try {
    loadConfig(process, env, readFile);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('an empty environment', () => {
  test('starts every process but the sequencer in development', () => {
    expect(problemsOf('api', {})).toEqual([]);
    expect(problemsOf('worker', {})).toEqual([]);
    expect(problemsOf('sequencer', {})).toEqual([
      'KEY_DIR is missing: the sequencer signs with the keys in that folder.',
      'CHECKPOINT_DIR is missing: the last signed checkpoint is kept there, outside the database.',
    ]);
  });

  test('says all that the sinks need at once', () => {
    expect(problemsOf('sinks', {})).toEqual([
      'SINKS_DIR is missing: the reader of the sinks keeps its lines there.',
      'TENURE_URL is missing: the sinks are fed from the registry at that address.',
      'TENURE_ROOT is missing: "tenure keys show" prints what a reader trusts.',
      'CLICKHOUSE_URL is missing: no sink is configured.',
    ]);
  });

  test('takes the embedded adapters and listens on this machine only', () => {
    const config = loadConfig('worker', {});
    expect(config.service).toMatchObject({ env: 'dev', host: '127.0.0.1', port: 8090 });
    expect([config.keycloak, config.powerdns, config.rfc2136, config.kubernetes]).toEqual(
      Array.from({ length: 4 }),
    );
  });

  test('is what empty variables are, too', () => {
    expect(loadConfig('api', { KEYCLOAK_ADMIN_URL: '', ADDR: '' }).keycloak).toBeUndefined();
  });
});

describe('stage and prod', () => {
  test.each(['OPERATOR_TOKEN', 'READER_TOKEN', 'SECRETS_KEY', 'DATABASE_URL'])(
    'the API refuses to start without %s',
    (variable) => {
      for (const APP_ENV of ['stage', 'prod']) {
        expect(problemsOf('api', { ...STAGE, APP_ENV })).toEqual([]);
        const env = { ...STAGE, APP_ENV, [variable]: '' };
        expect(problemsOf('api', env)).toEqual([expect.stringMatching(`^${variable} is missing`)]);
      }
    },
  );

  test('whoever writes facts refuses to start under the development name of the log', () => {
    const env = { ...STAGE, FACT_LOG_ORIGIN: '' };
    expect(problemsOf('worker', env)).toEqual([expect.stringContaining('FACT_LOG_ORIGIN')]);
    expect(problemsOf('sequencer', { ...env, KEY_DIR: 'k', CHECKPOINT_DIR: 'c' })).toEqual([
      expect.stringContaining('FACT_LOG_ORIGIN'),
    ]);
  });

  test('whoever mails invitations refuses to start without the address that their links lead to', () => {
    expect(problemsOf('worker', { ...STAGE, PUBLIC_URL: '' })).toEqual([
      expect.stringContaining('PUBLIC_URL'),
    ]);
    expect(loadConfig('worker', {}).service.publicUrl).toBe('http://127.0.0.1:8090');
  });

  test('refuse the development values as well', () => {
    const env = { ...STAGE, OPERATOR_TOKEN: DEV_OPERATOR_TOKEN, SECRETS_KEY: DEV_SECRETS_KEY };
    expect(problemsOf('api', env)).toHaveLength(2);
  });

  test('listen on all interfaces when ADDR names none', () => {
    expect(loadConfig('api', STAGE).service.host).toBeUndefined();
  });

  test('prod refuses a worker over memory adapters, all of them at once', () => {
    expect(problemsOf('worker', { ...STAGE, APP_ENV: 'prod' })).toEqual([
      expect.stringContaining('KEYCLOAK_ADMIN_URL'),
      expect.stringContaining('POWERDNS_API_URL or RFC2136_SERVER or EXTERNAL_DNS_TARGET'),
      expect.stringContaining('KUBERNETES_API_URL'),
      expect.stringContaining('LIBSQL_ADMIN_URL or TENANT_POSTGRES_ADMIN_URL'),
    ]);
    expect(problemsOf('worker', { ...STAGE, ...REAL_ADAPTERS, APP_ENV: 'prod' })).toEqual([]);
    expect(problemsOf('worker', STAGE)).toEqual([]);
  });

  test('prod refuses a mail catcher, stage takes it', () => {
    const env = { ...STAGE, MAIL_CATCHER_ADDR: ':2525' };
    expect(problemsOf('api', env)).toEqual([]);
    expect(problemsOf('api', { ...env, APP_ENV: 'prod' })).toHaveLength(1);
  });
});

describe('wrong values', () => {
  test('are named all at once, one sentence each, without the value', () => {
    const problems = problemsOf('api', {
      APP_ENV: 'production',
      ADDR: '8090',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      TEMPORAL_TLS: 'yes',
      NATS_REPLICAS: '0',
      KEYCLOAK_ADMIN_URL: 'keycloak:8080',
      SECRETS_KEY: 'c2hvcnQ=',
      OPERATOR_TOKEN: 'short',
    });
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'APP_ENV',
      'ADDR',
      'OPERATOR_TOKEN',
      'SECRETS_KEY',
      'DATABASE_URL',
      'TEMPORAL_TLS',
      'NATS_REPLICAS',
      'KEYCLOAK_ADMIN_URL',
    ]);
    for (const line of problems) expect(line).toMatch(/^[A-Z_0-9]+ .+\.$/);
    expect(problems.join()).not.toMatch(/hunter2|c2hvcnQ|short|production/);
  });

  test.each([
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['[::1]:8090', '::1', 8090],
    ['registry.internal:80', 'registry.internal', 80],
  ])('ADDR %s is %s and port %d', (ADDR, host, port) => {
    expect(loadConfig('api', { ADDR }).service).toMatchObject({ host, port });
  });

  test.each([':70000', 'a b:1', '::1:8090', 'host:'])('ADDR %s is refused', (ADDR) => {
    expect(problemsOf('api', { ADDR })).toHaveLength(1);
  });

  test.each([
    [{ KEYCLOAK_ADMIN_URL: 'http://kc', MAIL_CATCHER_ADDR: ':25' }, 'KEYCLOAK_CLIENT_ID'],
    [{ KUBERNETES_API_URL: 'http://k8s', KUBERNETES_TOKEN: 't' }, 'KUBERNETES_BACKEND'],
    [
      { KUBERNETES_API_URL: 'http://k8s', KUBERNETES_TOKEN: 't', KUBERNETES_BACKEND: 'web' },
      'KUBERNETES_INGRESS_CLASS or KUBERNETES_GATEWAY',
    ],
    [{ KUBERNETES_GATEWAY: 'public' }, 'KUBERNETES_API_URL'],
    [{ EXTERNAL_DNS_TARGET: '192.0.2.1' }, 'KUBERNETES_API_URL'],
    [{ LIBSQL_ADMIN_URL: 'http://libsql' }, 'LIBSQL_URL'],
    [{ TENANT_POSTGRES_ADMIN_URL: 'postgres://admin@pg/postgres' }, 'TENANT_POSTGRES_ADDR'],
    [
      { TENANT_POSTGRES_ADMIN_URL: 'postgres://admin@pg/postgres', TENANT_POSTGRES_ADDR: ':5432' },
      'TENANT_POSTGRES_ADDR',
    ],
    [{ CLICKHOUSE_URL: 'http://clickhouse:8123' }, 'CLICKHOUSE_PASSWORD'],
    [{ CLICKHOUSE_DATABASE: 'facts; DROP DATABASE facts' }, 'CLICKHOUSE_DATABASE'],
    [{ RFC2136_SERVER: 'ns1:53', RFC2136_TARGET: 'a.b' }, 'RFC2136_KEY_NAME'],
    [{ POWERDNS_API_URL: 'http://dns', POWERDNS_TARGET: 'a.b' }, 'POWERDNS_API_KEY'],
    [{ TEMPORAL_API_KEY: 'k' }, 'TEMPORAL_TLS'],
    [{ SMTP_HOST: 'mail', SMTP_USER: 'u' }, 'SMTP_PASSWORD'],
    [{ KEYCLOAK_ADMIN_URL: 'http://kc' }, 'KEYCLOAK_CLIENT_ID'],
    [{ READER_TOKEN: DEV_OPERATOR_TOKEN }, 'READER_TOKEN'],
  ])('%j: half a section names what is missing: %s', (env, variable) => {
    expect(problemsOf('worker', env).join()).toContain(variable);
  });

  test.each([
    ['192.0.2.53', ['192.0.2.53']],
    ['192.0.2.53:5353, [2001:db8::53]:53', ['192.0.2.53:5353', '[2001:db8::53]:53']],
    ['2001:db8::53', ['2001:db8::53']],
  ])('DOMAIN_RESOLVERS may be %s', (DOMAIN_RESOLVERS, resolvers) => {
    expect(loadConfig('worker', { DOMAIN_RESOLVERS }).domains).toEqual({ resolvers });
  });

  test.each(['dns.example', '192.0.2.53,', '192.0.2', '[192.0.2.53]', '192.0.2.53:x'])(
    'DOMAIN_RESOLVERS %s is refused: a resolver cannot be looked up',
    (DOMAIN_RESOLVERS) => {
      expect(problemsOf('worker', { DOMAIN_RESOLVERS })).toEqual([
        expect.stringContaining('DOMAIN_RESOLVERS must be addresses of name servers'),
      ]);
    },
  );

  test('two kinds of routes are refused', () => {
    expect(problemsOf('worker', { ...REAL_ADAPTERS, KUBERNETES_GATEWAY: 'public' })).toEqual([
      expect.stringContaining('KUBERNETES_INGRESS_CLASS are both set'),
    ]);
  });

  test('two ways to one zone are refused', () => {
    const problems = problemsOf('worker', {
      ...REAL_ADAPTERS,
      RFC2136_SERVER: 'ns1:53',
      RFC2136_TARGET: '192.0.2.1',
      RFC2136_KEY_NAME: 'k',
      RFC2136_KEY_SECRET: 's',
    });
    expect(problems).toEqual([expect.stringContaining('POWERDNS_API_URL are both set')]);
    expect(problemsOf('worker', { ...REAL_ADAPTERS, EXTERNAL_DNS_TARGET: '192.0.2.1' })).toEqual([
      expect.stringContaining('POWERDNS_API_URL are both set'),
    ]);
  });

  test('two servers for the databases of tenants are refused', () => {
    const problems = problemsOf('worker', {
      ...REAL_ADAPTERS,
      TENANT_POSTGRES_ADMIN_URL: 'postgres://admin@pg/postgres',
      TENANT_POSTGRES_ADDR: 'pg:5432',
    });
    expect(problems).toEqual([expect.stringContaining('LIBSQL_ADMIN_URL are both set')]);
  });

  test('FACT_LOG_ORIGIN takes exactly what facts take and owner marks have room for', () => {
    for (const origin of ['tenure.example/prod', 'a', 'A', '/a', 'a//b', 'a/', '-a', 'a/-b', 'ä']) {
      const accepted = problemsOf('api', { FACT_LOG_ORIGIN: origin }).length === 0;
      expect([origin, accepted]).toEqual([origin, LOG_ORIGIN.test(origin)]);
    }
    const longest = 'x'.repeat(REGISTRY_MAX_CHARS);
    expect(problemsOf('api', { FACT_LOG_ORIGIN: longest })).toEqual([]);
    expect(problemsOf('api', { FACT_LOG_ORIGIN: `${longest}x` })).toEqual([
      expect.stringContaining('120 characters at most'),
    ]);
  });
});

describe('secret files', () => {
  const files: Record<string, string> = {
    '/run/secrets/db': 'postgres://u:pw@db/x\n',
    '/empty': '\n',
  };
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return content;
  };

  test('give the value without the line end', () => {
    const config = loadConfig('api', { DATABASE_URL_FILE: '/run/secrets/db' }, readFile);
    expect(config.database.url.reveal()).toBe('postgres://u:pw@db/x');
  });

  test('that cannot be read, are empty, or stand beside the variable are refused', () => {
    expect(problemsOf('api', { OPERATOR_TOKEN_FILE: '/gone' }, readFile)).toEqual([
      'OPERATOR_TOKEN_FILE names a file that cannot be read (ENOENT).',
    ]);
    expect(problemsOf('api', { OPERATOR_TOKEN_FILE: '/empty' }, readFile).join()).toContain(
      'empty',
    );
    const both = { DATABASE_URL_FILE: '/run/secrets/db', DATABASE_URL: 'postgres://db/x' };
    expect(problemsOf('api', both, readFile).join()).toContain('both set');
  });

  test('exist for secrets only: ADDR_FILE is nobody’s variable', () => {
    expect(problemsOf('api', { ADDR_FILE: '/gone' }, readFile)).toEqual([]);
  });
});
