import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { connectionOptions } from '../adapters/temporal/options.ts';
import type { TemporalEngineOptions, TemporalOptions } from '../adapters/temporal/options.ts';
import type { SagaTiming } from '../domain/saga-timing.ts';
import { DNS_SETTLE_MS } from '../ports/dns.ts';
import { IDENTITY_SETTLE_MS } from '../ports/identity-provider.ts';
import { ROUTES_SETTLE_MS } from '../ports/routes.ts';
import { TENANT_DATABASE_SETTLE_MS } from '../ports/tenant-database.ts';
import type { Config } from './config/load.ts';

const MS_PER_S = 1_000;

/*
 * From configuration to the options of adapters that several processes construct.
 */

/** 32 bytes, checked by the configuration. */
export function sealingKeyOf({ access }: Config): Uint8Array {
  return Buffer.from(access.secretsKey.reveal(), 'base64');
}

/** FEATURES L5: development knows its first tenant by a fixed id. */
const ACME = '00000000-0000-0000-0000-000000000001';

export function seedsOf({ service }: Config): ReadonlyMap<string, string> {
  return new Map(service.env === 'dev' ? [['acme', ACME]] : []);
}

/** File in which an embedded adapter keeps its objects; none: in memory only. */
export function journalOf({ service }: Config, name: string): { readonly file?: string } {
  return service.stateDir === undefined ? {} : { file: join(service.stateDir, `${name}.json`) };
}

/** The mail server of everybody who mails; undefined: nobody can. */
export function smtpOf({ mail: { smtp } }: Config) {
  if (smtp === undefined) return undefined;
  const { login, ...server } = smtp;
  return { ...server, login: login && { user: login.user, password: login.password.reveal() } };
}

export function temporalOf({ temporal }: Config): TemporalOptions {
  const { address, namespace, tls, apiKey } = temporal;
  return { address, namespace, tls, apiKey: apiKey?.reveal() };
}

/** What a worker's connection is made of. */
export function workerTargetOf(config: Config, dataConverter: DataConverter) {
  const temporal = temporalOf(config);
  const connection = connectionOptions(temporal);
  return { namespace: temporal.namespace, connection, dataConverter };
}

/** Of the embedded DNS nobody remembers anything: the default is as good as any. */
function dnsCacheOf({ powerdns, rfc2136, externalDns }: Config): Partial<SagaTiming['waitMs']> {
  const record = powerdns ?? rfc2136 ?? externalDns;
  if (record === undefined) return {};
  // ExternalDNS brings the zone to what is wanted only once in its interval.
  const laterS = record === externalDns ? externalDns.intervalS : 0;
  return { 'dns-cache': (record.ttlS + laterS) * MS_PER_S };
}

/** Settle times go by step name; they are the ports' promise, whichever adapter is behind. */
export function engineOf(
  config: Config,
  timing: Omit<SagaTiming, 'settleMs'>,
): TemporalEngineOptions {
  return {
    ...temporalOf(config),
    timing: {
      ...timing,
      retryBudgetMs: config.sagas.retryBudgetMs,
      settleMs: {
        identity: IDENTITY_SETTLE_MS,
        database: TENANT_DATABASE_SETTLE_MS,
        route: ROUTES_SETTLE_MS,
        dns: DNS_SETTLE_MS,
      },
      waitMs: { ...timing.waitMs, ...dnsCacheOf(config) },
    },
  };
}
