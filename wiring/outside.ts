import { readFileSync } from 'node:fs';
import { createDnsEndpoints } from '../adapters/kubernetes/dns-endpoint.ts';
import { createHttpRoutes } from '../adapters/kubernetes/http-route.ts';
import { createKubernetesIngress } from '../adapters/kubernetes/ingress.ts';
import { createExportFolder, createMissingFolder } from '../adapters/export-folder/exports.ts';
import { createLibsqlNamespaces } from '../adapters/libsql/adapter.ts';
import { createLogNotifier } from '../adapters/log/notifier.ts';
import type { WriteLine } from '../adapters/log/notifier.ts';
import { createMemoryDns } from '../adapters/memory/dns.ts';
import { createMemoryRoutes } from '../adapters/memory/routes.ts';
import { createMemoryTenantDatabase } from '../adapters/memory/tenant-database.ts';
import { createPostgresDatabases } from '../adapters/postgres-databases/adapter.ts';
import { createPowerDns } from '../adapters/powerdns/adapter.ts';
import { createRfc2136 } from '../adapters/rfc2136/adapter.ts';
import { createSmtpNotifier } from '../adapters/smtp/notifier.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Dns } from '../ports/dns.ts';
import type { Exports } from '../ports/exports.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Routes } from '../ports/routes.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { TenantDatabase } from '../ports/tenant-database.ts';
import type { Config } from './config/load.ts';
import { journalOf, smtpOf } from './options.ts';

/*
 * The outside systems of a tenant, and the way to its people: the real adapter when its section is
 * configured, the embedded one otherwise.
 */

/** Throws when the authority's file of a cluster cannot be read. */
export function composeDns(config: Config): Dns {
  const { powerdns, rfc2136, externalDns, kubernetes, service } = config;
  if (powerdns !== undefined) {
    const { apiUrl, apiKey, serverId, target, ttlS, zone = service.tenantDomain } = powerdns;
    return createPowerDns({ apiUrl, apiKey: apiKey.reveal(), serverId, zone, target, ttlS });
  }
  if (rfc2136 !== undefined) {
    const { host, port, target, ttlS, zone = service.tenantDomain } = rfc2136;
    const key = {
      name: rfc2136.keyName,
      algorithm: rfc2136.keyAlgorithm,
      secret: rfc2136.keySecret.reveal(),
    };
    return createRfc2136({ server: host, port, zone, target, ttlS, key, clock: systemClock });
  }
  // The configuration refuses it without a cluster.
  if (externalDns !== undefined && kubernetes !== undefined) {
    const { namespace = kubernetes.namespace, ...record } = externalDns;
    return createDnsEndpoints({ ...clusterOf(kubernetes), namespace, ...record });
  }
  return createMemoryDns(journalOf(config, 'dns'));
}

/** Throws when the authority's file cannot be read. */
export function composeRoutes(config: Config): Routes {
  const { kubernetes, ingress, gateway } = config;
  if (kubernetes === undefined) return createMemoryRoutes(journalOf(config, 'routes'));
  const { namespace, backend, backendPort } = kubernetes;
  const service = { name: backend, port: backendPort };
  const options = { ...clusterOf(kubernetes), namespace, service };
  if (gateway !== undefined) return createHttpRoutes({ ...options, gateway });
  // The configuration refuses a cluster without one of them.
  if (ingress === undefined) throw new Error('KUBERNETES_INGRESS_CLASS is missing');
  const { ingressClass, tlsSecret } = ingress;
  return createKubernetesIngress({
    ...options,
    ingressClass,
    ...(tlsSecret === undefined ? {} : { tlsSecret }),
  });
}

function clusterOf({ apiUrl, token, caFile }: NonNullable<Config['kubernetes']>) {
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') };
  return { server: apiUrl, token: token.reveal(), ...ca };
}

export function composeDatabases(config: Config, secrets: Secrets): TenantDatabase {
  const { libsql, tenantPostgres } = config;
  if (tenantPostgres !== undefined) {
    const { adminUrl, ...rest } = tenantPostgres;
    return createPostgresDatabases({ adminUrl: adminUrl.reveal(), ...rest }, secrets);
  }
  if (libsql === undefined)
    return createMemoryTenantDatabase(journalOf(config, 'tenant-databases'));
  const { adminUrl, adminToken, authToken, url } = libsql;
  return createLibsqlNamespaces({
    adminUrl,
    baseUrl: url,
    ...(adminToken === undefined ? {} : { adminKey: adminToken.reveal() }),
    ...(authToken === undefined ? {} : { authToken: authToken.reveal() }),
  });
}

export function composeExports({ service: { exportDir } }: Config): Exports {
  return exportDir === undefined ? createMissingFolder() : createExportFolder(exportDir);
}

export function composeNotifier(config: Config, write: WriteLine): Notifier {
  const smtp = smtpOf(config);
  return smtp === undefined ? createLogNotifier(write) : createSmtpNotifier(smtp);
}
