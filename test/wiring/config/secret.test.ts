import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import pino from 'pino';
import { loadConfig } from '../../../wiring/config/load.ts';
import { formatConfig } from '../../../wiring/config/print.ts';
import { Secret, secretUrl } from '../../../wiring/config/secret.ts';

const HIDDEN = 'a-very-hidden-value-1';

function everySight(value: unknown): string {
  const lines: string[] = [];
  pino({ base: null }, { write: (line: string) => void lines.push(line) }).info({ value }, 'seen');
  return [
    JSON.stringify(value),
    inspect(value, { depth: null, showHidden: true }),
    `${String(value)}`,
    ...lines,
  ].join();
}

test('a secret is seen by nobody who prints, serializes, inspects or logs it', () => {
  expect(everySight(new Secret(HIDDEN))).not.toContain(HIDDEN);
  expect(everySight({ deep: [new Secret(HIDDEN)] })).not.toContain(HIDDEN);
  expect(new Secret(HIDDEN).reveal()).toBe(HIDDEN);
});

test('negative control: the same value without the class is seen', () => {
  expect(everySight({ deep: [HIDDEN] })).toContain(HIDDEN);
});

test('a URL shows its host and hides user, password and query', () => {
  const url = secretUrl(`postgres://tenure:${HIDDEN}@db:5432/tenure?password=${HIDDEN}`);
  expect(String(url)).toBe('postgres://***@db:5432/tenure');
});

test('a printed configuration holds no secret of any section', () => {
  const secrets = {
    OPERATOR_TOKEN: `${HIDDEN}1`,
    READER_TOKEN: `${HIDDEN}2`,
    SECRETS_KEY: Buffer.alloc(32, HIDDEN).toString('base64'),
    DATABASE_URL: `postgres://u:${HIDDEN}@db/x`,
    NATS_URL: `nats://u:${HIDDEN}@nats`,
    TEMPORAL_API_KEY: HIDDEN,
    KEYCLOAK_CLIENT_SECRET: HIDDEN,
    SMTP_PASSWORD: HIDDEN,
    POWERDNS_API_KEY: HIDDEN,
    KUBERNETES_TOKEN: HIDDEN,
    LIBSQL_ADMIN_TOKEN: HIDDEN,
  };
  const config = loadConfig('worker', {
    ...secrets,
    TEMPORAL_TLS: 'true',
    KEYCLOAK_ADMIN_URL: 'http://kc',
    KEYCLOAK_CLIENT_ID: 'c',
    SMTP_HOST: 'mail',
    SMTP_USER: 'u',
    POWERDNS_API_URL: 'http://dns',
    POWERDNS_TARGET: 'front.example',
    KUBERNETES_API_URL: 'http://k8s',
    KUBERNETES_BACKEND: 'web',
    KUBERNETES_INGRESS_CLASS: 'nginx',
    LIBSQL_ADMIN_URL: 'http://libsql',
    LIBSQL_URL: 'http://libsql',
  });
  const seen = formatConfig(config) + everySight(config);
  expect(seen).not.toContain(HIDDEN);
  expect(seen).not.toContain(secrets.SECRETS_KEY);
  expect(seen).toContain('front.example');
});
