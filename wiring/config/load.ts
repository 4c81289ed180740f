import { ConfigError } from './errors.ts';
import { checkRequirements } from './requirements.ts';
import type { ProcessName } from './requirements.ts';
import { readSecretFiles } from './secret-files.ts';
import type { Environment, ReadFile } from './secret-files.ts';
import type { Section } from './section.ts';
import { access } from './sections/access.ts';
import { clickhouse } from './sections/clickhouse.ts';
import { client } from './sections/client.ts';
import { database } from './sections/database.ts';
import { domains } from './sections/domains.ts';
import { externalDns } from './sections/external-dns.ts';
import { facts } from './sections/facts.ts';
import { gateway } from './sections/gateway.ts';
import { ingress } from './sections/ingress.ts';
import { keycloak } from './sections/keycloak.ts';
import { kubernetes } from './sections/kubernetes.ts';
import { libsql } from './sections/libsql.ts';
import { limits } from './sections/limits.ts';
import { login } from './sections/login.ts';
import { mail } from './sections/mail.ts';
import { powerdns } from './sections/powerdns.ts';
import { rfc2136 } from './sections/rfc2136.ts';
import { sagas } from './sections/sagas.ts';
import { service } from './sections/service.ts';
import { sinks } from './sections/sinks.ts';
import { temporal } from './sections/temporal.ts';
import { tenantPostgres } from './sections/tenant-postgres.ts';

/** In the order of the reference page. */
export const SECTIONS = {
  service,
  access,
  database,
  temporal,
  sagas,
  facts,
  keycloak,
  login,
  mail,
  powerdns,
  rfc2136,
  kubernetes,
  ingress,
  gateway,
  externalDns,
  domains,
  libsql,
  tenantPostgres,
  limits,
  sinks,
  clickhouse,
  client,
} satisfies Record<string, Section<unknown>>;

type Built<S> = S extends Section<infer T> ? T : never;

/** The whole configuration of a process. A section of an adapter is undefined when it is unused. */
export type Config = { readonly [K in keyof typeof SECTIONS]: Built<(typeof SECTIONS)[K]> };

/**
 * Environment to one typed value, once at the start. Empty variables count as unset; unknown ones
 * are ignored, so that an old program starts with a newer environment.
 * Throws {@link ConfigError} with all that is wrong at once.
 */
export function loadConfig(
  process: ProcessName,
  environment: Environment,
  readFile?: ReadFile,
): Config {
  const problems: string[] = [];
  const refuse = (variable: string, sentence: string): void => {
    problems.push(`${variable} ${sentence}.`);
  };
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const sections: Section<unknown>[] = Object.values(SECTIONS);
  const env = readSecretFiles(Object.fromEntries(given), sections, refuse, readFile);
  const built = Object.fromEntries(
    Object.entries(SECTIONS).map(([name, part]) => [name, part.parse(env, refuse)]),
  );
  checkRequirements(process, env, refuse);
  if (problems.length > 0) throw new ConfigError(problems);
  // Nothing was refused, so each section is there in its own type.
  return built as Config;
}
