import { isIPv4, isIPv6 } from 'node:net';
import type { OwnerMark } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import type { KubernetesAccess } from './access.ts';
import { ownedObjects } from './owned.ts';
import type { Described } from './owned.ts';

export type DnsEndpointsOptions = KubernetesAccess & {
  /** Made by people; ExternalDNS must watch it. */
  readonly namespace: string;
  /** What hosts point at: an IPv4 or IPv6 address, or a name (CNAME). */
  readonly target: string;
  readonly ttlS: number;
};

interface Endpoint {
  readonly dnsName?: string;
  readonly recordType?: string;
  readonly recordTTL?: number;
  readonly targets?: readonly string[];
}

interface DnsEndpointSpec {
  readonly endpoints: readonly Endpoint[];
}

const DNS_ENDPOINT = {
  group: 'externaldns.k8s.io',
  version: 'v1alpha1',
  plural: 'dnsendpoints',
  kind: 'DNSEndpoint',
  port: 'dns',
} as const;

const MARK_LABEL = '_tenure';
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);
const PROBE_HOST = 'tenure-probe.invalid';

/**
 * DNS by the wish to have it: a DNSEndpoint for each host, named by it, holds its record and its
 * mark, and ExternalDNS brings both to the zone. What is durable when a call answers is the wish;
 * the zone follows within the interval of ExternalDNS, which leaves records alone that it did not
 * make. We ask the API server only: which servers are authoritative, ExternalDNS alone knows.
 */
export function createDnsEndpoints(options: DnsEndpointsOptions): Dns {
  const objects = ownedObjects<DnsEndpointSpec>(options, DNS_ENDPOINT);
  const specOf = (host: string) => (owner: OwnerMark) => ({
    endpoints: [recordOf(options, host), markOf(options, host, owner)],
  });
  return {
    ensure: (host, call) => objects.ensure(host, specOf(host), call),
    remove: (host, call) => objects.remove(host, call),
    observe: (host, call) => objects.observe(host, specOf(host), call),
    probe: (signal) => objects.probe(PROBE_HOST, specOf(PROBE_HOST), signal),
    inventory: async (signal) => (await objects.list(signal)).flatMap(hostsOf),
  };
}

function recordOf({ target, ttlS }: DnsEndpointsOptions, host: string): Endpoint {
  const recordType = isIPv4(target) ? 'A' : isIPv6(target) ? 'AAAA' : 'CNAME';
  return { dnsName: host, recordType, recordTTL: ttlS, targets: [target.replace(/\.$/u, '')] };
}

/** In the zone too, so that it can move to another adapter and keep its owners. */
function markOf({ ttlS }: DnsEndpointsOptions, host: string, owner: OwnerMark): Endpoint {
  const dnsName = `${MARK_LABEL}.${host}`;
  return { dnsName, recordType: 'TXT', recordTTL: ttlS, targets: [formatOwnerMark(owner)] };
}

/** Marked ones are named by their host; others tell theirs by their records. */
function hostsOf({ name, owner, spec }: Described<DnsEndpointSpec>): InventoryItem[] {
  if (owner !== undefined) return [{ name, owner }];
  const records = spec.endpoints?.filter(({ recordType }) => ADDRESS_TYPES.has(recordType ?? ''));
  return (records ?? []).map(({ dnsName = '' }) => ({ name: dnsName, owner }));
}
