import { DEV_OPERATOR_TOKEN, DEV_READER_TOKEN, DEV_SECRETS_KEY } from './sections/access.ts';
import { DEV_DATABASE_URL } from './sections/database.ts';
import { DEV_LOG_ORIGIN } from './sections/facts.ts';
import { APP_ENVS } from './sections/service.ts';
import type { AppEnv } from './sections/service.ts';
import type { Environment } from './secret-files.ts';
import type { Refuse } from './section.ts';

export const PROCESSES = ['api', 'worker', 'sequencer', 'sinks', 'cli'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** One rule of what a process must be given in an environment, beyond each variable's own form. */
interface Requirement {
  readonly variable: string;
  readonly processes: readonly ProcessName[];
  readonly envs: readonly AppEnv[];
  readonly broken: (env: Environment) => boolean;
  readonly sentence: string;
}

const NOT_DEV: readonly AppEnv[] = ['stage', 'prod'];
const PROD: readonly AppEnv[] = ['prod'];
const SERVERS: readonly ProcessName[] = ['api', 'worker', 'sequencer'];

/** A well-known value protects nothing, so it is as good as none. */
function real(variable: string, processes: readonly ProcessName[], wellKnown: string): Requirement {
  const broken: Requirement['broken'] = (env) => (env[variable] ?? wellKnown) === wellKnown;
  const sentence = 'is missing: stage and prod refuse the development value';
  return { variable, processes, envs: NOT_DEV, broken, sentence };
}

/** What it works through is configured elsewhere. */
function needs(variable: string, other: string): Requirement {
  return {
    variable: other,
    processes: SERVERS,
    envs: APP_ENVS,
    broken: (env) => env[variable] !== undefined && env[other] === undefined,
    sentence: `is missing, and ${variable} needs it`,
  };
}

/** Two adapters for one role. */
function notBoth(variable: string, other: string, reason: string): Requirement {
  return {
    variable,
    processes: SERVERS,
    envs: APP_ENVS,
    broken: (env) => env[variable] !== undefined && env[other] !== undefined,
    sentence: `and ${other} are both set: keep one, ${reason}`,
  };
}

/** A worker over memory adapters would tell customers that they have what is nowhere. */
function notEmbedded(variables: readonly string[], adapter: string): Requirement {
  return {
    variable: variables.join(' or '),
    processes: ['worker'],
    envs: PROD,
    broken: (env) => variables.every((variable) => env[variable] === undefined),
    sentence: `is missing: prod refuses the embedded ${adapter} adapter`,
  };
}

/** The process of the sinks does nothing without it. */
function neededBySinks(variable: string, sentence: string): Requirement {
  const broken: Requirement['broken'] = (env) => env[variable] === undefined;
  return { variable, processes: ['sinks'], envs: APP_ENVS, broken, sentence };
}

const REQUIREMENTS: readonly Requirement[] = [
  real('OPERATOR_TOKEN', ['api'], DEV_OPERATOR_TOKEN),
  real('READER_TOKEN', ['api', 'sinks'], DEV_READER_TOKEN),
  real('SECRETS_KEY', SERVERS, DEV_SECRETS_KEY),
  real('DATABASE_URL', SERVERS, DEV_DATABASE_URL),
  // It stands in every fact, for ever.
  real('FACT_LOG_ORIGIN', ['worker', 'sequencer', 'sinks'], DEV_LOG_ORIGIN),
  {
    variable: 'KEY_DIR',
    processes: ['sequencer'],
    envs: APP_ENVS,
    broken: (env) => env['KEY_DIR'] === undefined,
    sentence: 'is missing: the sequencer signs with the keys in that folder',
  },
  {
    variable: 'CHECKPOINT_DIR',
    processes: ['sequencer'],
    envs: APP_ENVS,
    broken: (env) => env['CHECKPOINT_DIR'] === undefined,
    sentence: 'is missing: the last signed checkpoint is kept there, outside the database',
  },
  {
    variable: 'PUBLIC_URL',
    processes: ['api', 'worker'],
    envs: NOT_DEV,
    broken: (env) => env['PUBLIC_URL'] === undefined,
    sentence: 'is missing: invitations are mailed with links that lead there',
  },
  {
    variable: 'MAIL_CATCHER_ADDR',
    processes: SERVERS,
    envs: PROD,
    broken: (env) => env['MAIL_CATCHER_ADDR'] !== undefined,
    sentence: 'is set: in prod the invite link is for the invited person alone',
  },
  {
    variable: 'SMTP_HOST',
    processes: ['worker'],
    envs: APP_ENVS,
    broken: (env) =>
      env['KEYCLOAK_ADMIN_URL'] !== undefined &&
      env['SMTP_HOST'] === undefined &&
      env['MAIL_CATCHER_ADDR'] === undefined,
    sentence: 'is missing: Keycloak mails the invitations through it',
  },
  {
    variable: 'KUBERNETES_INGRESS_CLASS or KUBERNETES_GATEWAY',
    processes: SERVERS,
    envs: APP_ENVS,
    broken: (env) =>
      env['KUBERNETES_API_URL'] !== undefined &&
      env['KUBERNETES_INGRESS_CLASS'] === undefined &&
      env['KUBERNETES_GATEWAY'] === undefined,
    sentence: 'is missing, and KUBERNETES_API_URL needs one',
  },
  needs('KUBERNETES_GATEWAY', 'KUBERNETES_API_URL'),
  needs('EXTERNAL_DNS_TARGET', 'KUBERNETES_API_URL'),
  notBoth('KUBERNETES_GATEWAY', 'KUBERNETES_INGRESS_CLASS', 'a tenant has one route'),
  notBoth('RFC2136_SERVER', 'POWERDNS_API_URL', 'a zone has one way in'),
  notBoth('EXTERNAL_DNS_TARGET', 'POWERDNS_API_URL', 'a zone has one way in'),
  notBoth('EXTERNAL_DNS_TARGET', 'RFC2136_SERVER', 'a zone has one way in'),
  notBoth('TENANT_POSTGRES_ADMIN_URL', 'LIBSQL_ADMIN_URL', 'a tenant has one database'),
  neededBySinks('SINKS_DIR', 'is missing: the reader of the sinks keeps its lines there'),
  neededBySinks('TENURE_URL', 'is missing: the sinks are fed from the registry at that address'),
  neededBySinks('TENURE_ROOT', 'is missing: "tenure keys show" prints what a reader trusts'),
  neededBySinks('CLICKHOUSE_URL', 'is missing: no sink is configured'),
  notEmbedded(['KEYCLOAK_ADMIN_URL'], 'identity'),
  notEmbedded(['POWERDNS_API_URL', 'RFC2136_SERVER', 'EXTERNAL_DNS_TARGET'], 'DNS'),
  notEmbedded(['KUBERNETES_API_URL'], 'routes'),
  notEmbedded(['LIBSQL_ADMIN_URL', 'TENANT_POSTGRES_ADMIN_URL'], 'tenant database'),
];

/** Empty variables must count as unset in `env`. A wrong `APP_ENV` its section refuses. */
export function checkRequirements(process: ProcessName, env: Environment, refuse: Refuse): void {
  const appEnv = APP_ENVS.find((name) => name === (env['APP_ENV'] ?? 'dev'));
  if (appEnv === undefined) return;
  for (const { variable, processes, envs, broken, sentence } of REQUIREMENTS) {
    const applies = processes.includes(process) && envs.includes(appEnv);
    if (applies && broken(env)) refuse(variable, sentence);
  }
}
