import { checkEmail } from '../domain/email.ts';
import { hostOf } from '../domain/host.ts';
import type { Isolation } from '../domain/isolation.ts';
import {
  identityProviderSecret,
  type IdentityProviderInput,
  type ProvisionInput,
} from '../domain/requests.ts';
import { checkSlug } from '../domain/slug.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { ExternalIdentityProvider } from '../ports/identity-provider.ts';
import {
  idempotencyOf,
  unlessReplayed,
  type AcceptCaller,
  type AcceptPorts,
  type AcceptProblem,
  type AcceptResult,
} from './accept.ts';

export interface ProvisionPorts extends AcceptPorts {
  /** Hosts are `<slug>.<domain>`. */
  readonly domain: string;
  /** Tenant ids that are known beforehand, by slug; for development (FEATURES L5). */
  readonly seeds: ReadonlyMap<string, string>;
}

export interface ProvisionRequest extends AcceptCaller {
  readonly slug: string;
  readonly displayName: string;
  readonly isolation: Isolation;
  readonly plan: string;
  readonly demo: boolean;
  /** It begins with a trial, which ends by itself. Absent otherwise: that is an older request. */
  readonly trial?: true;
  readonly adminEmail: string;
  readonly identityProviders: readonly ExternalIdentityProvider[];
}

/** Accepts a `provisionTenant`: the tenant's row reserves slug and host from here on. */
export async function acceptProvision(
  ports: ProvisionPorts,
  request: ProvisionRequest,
): Promise<AcceptResult> {
  const { operations, ids, clock } = ports;
  const { actor, idempotency: _key, ...asked } = request;
  const keyed = idempotencyOf(request, asked);
  const problems = await problemsOf(ports, request);
  if (problems.length > 0) {
    return unlessReplayed(operations, keyed, { outcome: 'invalid', problems });
  }
  const nowMs = clock.nowMs();
  const input = inputOf(ports, request);
  const newTenant = reservation(await mintTenant(ports, request.slug), input, nowMs);
  return operations.accept({
    operation: {
      id: ids.uuid(),
      kind: 'provisionTenant',
      tenant: newTenant.id,
      actor,
      input: { ...input },
    },
    newTenant,
    secrets: new Map(
      request.identityProviders.map((provider) => [
        identityProviderSecret(provider.alias),
        provider.clientSecret,
      ]),
    ),
    ...keyed,
    nowMs,
  });
}

async function problemsOf(
  { tenants }: ProvisionPorts,
  { slug, adminEmail, plan }: ProvisionRequest,
): Promise<AcceptProblem[]> {
  const slugProblem = checkSlug(slug);
  const emailProblem = checkEmail(adminEmail);
  const { plans } = await tenants.readCatalog();
  return [
    ...(slugProblem === undefined ? [] : [{ field: 'slug', code: slugProblem }]),
    ...(emailProblem === undefined ? [] : [{ field: 'adminEmail', code: emailProblem }]),
    ...(plans.has(plan) ? [] : [{ field: 'plan', code: 'plan-unknown' } as const]),
  ];
}

/** A seeded id is used once: a tenant that failed keeps it. */
async function mintTenant({ seeds, tenants, ids }: ProvisionPorts, slug: string): Promise<string> {
  const seeded = seeds.get(slug);
  if (seeded === undefined) return ids.uuid();
  return (await tenants.findTenant(seeded)) === undefined ? seeded : ids.uuid();
}

function inputOf({ domain, ids }: ProvisionPorts, request: ProvisionRequest): ProvisionInput {
  const { slug, displayName, isolation, plan, demo, trial, adminEmail } = request;
  return {
    ...{ slug, displayName, isolation, plan, demo, adminEmail },
    host: hostOf(slug, domain),
    adminUserId: ids.uuid(),
    adminMember: ids.uuid(),
    identityProviders: request.identityProviders.map(withoutSecret),
    ...(trial === true ? { trialOperation: ids.uuid() } : {}),
  };
}

function withoutSecret(provider: ExternalIdentityProvider): IdentityProviderInput {
  const { clientSecret: _sealed, ...rest } = provider;
  return rest;
}

function reservation(id: string, input: ProvisionInput, nowMs: number): Tenant {
  const { slug, host, displayName, isolation, plan, demo } = input;
  return {
    ...{ id, slug, host, displayName, isolation, plan, demo },
    state: 'provisioning',
    stateBefore: null,
    issuer: null,
    databaseUrl: null,
    createdAtMs: nowMs,
    offboarding: null,
    archivedAtMs: null,
  };
}
