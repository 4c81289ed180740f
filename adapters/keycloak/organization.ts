import type OrganizationRepresentation from '@keycloak/keycloak-admin-client/lib/defs/organizationRepresentation.js';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityProvider, IdentityShape } from '../../ports/identity-provider.ts';
import type { SharedUsers } from '../../ports/shared-users.ts';
import { createKeycloakAdmin } from './admin.ts';
import type { KeycloakAdmin } from './admin.ts';
import { isOn } from './compare.ts';
import { formatIssuer } from './config.ts';
import type { KeycloakConfig } from './config.ts';
import { absentIsFine, isTaken, refuse } from './failures.ts';
import { sendInvite } from './invite.ts';
import { ensureInvitedUser } from './invited-user.ts';
import { renewMailServer } from './mail-server.ts';
import { formatListMark, isMarked } from './mark.ts';
import { endPoolSessions } from './member-sessions.ts';
import { attributesOfOrganization, mendOrganization } from './organization-drift.ts';
import type { OwnOrganization } from './organization-drift.ts';
import { ensureOrganizationGroups, joinGroup } from './organization-groups.ts';
import {
  addToOrganization,
  ensureOrganizationMember,
  removeOrganizationMember,
} from './organization-member.ts';
import { findOrganization, listOrganizations } from './organization-search.ts';
import { restoreOrganization, suspendOrganization } from './organization-suspension.ts';
import { listPeople, receivePeople, welcomeUser } from './people.ts';
import {
  ensurePoolClient,
  ensurePoolProvider,
  formatPoolName,
  removePoolClient,
  removePoolProviders,
} from './pool-client.ts';
import { ensurePoolRealm } from './pool-realm.ts';
import { ensurePoolUser, findUser, removePoolUsers } from './pool-user.ts';
import { WEB_CLIENT } from './realm-representation.ts';
import { OWNERS_GROUP } from './representation.ts';
import { assureOrigin, assureRequest, assureShape } from './validate.ts';

/**
 * Pool: one organization per tenant in a shared realm, name and alias its slug. Tokens carry it
 * only when they are asked for with scope `organization`. Several requests make one tenant: each
 * adopts its part, and the organization goes last, since it carries the mark of the whole. Users on
 * whom others count (`sharedUsers`) stay when the tenant goes for whom they were made.
 */
export function createKeycloakOrganizations(
  config: KeycloakConfig,
  sharedUsers: SharedUsers,
): IdentityProvider {
  const admin = createKeycloakAdmin(config);
  const { poolRealm: realm } = config;
  const ready = once((call) => ensurePoolRealm(admin, config, call));
  return {
    ensure: async (request, call) => {
      assureRequest(request);
      await ready(call);
      const orgId = await ensureOrganization(admin, realm, request, call);
      const groups = await ensureParts(admin, config, request, orgId, call);
      const adminSub = await ensurePoolUser(admin, realm, request.adminEmail, call);
      await addToOrganization(admin, realm, orgId, adminSub, call);
      await joinGroup(admin, realm, orgId, groups.get(OWNERS_GROUP), adminSub, call);
      return { issuer: formatIssuer(config, realm), adminSub, externalId: orgId };
    },
    remove: (slug, call) => removeOrganization(admin, config, sharedUsers, slug, call),
    suspend: (slug, call) => suspendOrganization(admin, realm, slug, call),
    restore: (slug, call) => restoreOrganization(admin, realm, slug, call),
    inviteAdmin: async ({ slug, origin, adminEmail }, call) => {
      assureOrigin(origin);
      const organization = await findOrganization(admin, realm, slug, call);
      const user = await findUser(admin, realm, adminEmail, call);
      if (!isMine(organization, call) || user?.id === undefined) {
        throw refuse('invalid', 'the organization of the invited admin is not there');
      }
      await renewMailServer(admin, realm, config.smtp, call);
      const clientId = formatPoolName(WEB_CLIENT, slug);
      await sendInvite(admin, call, realm, user.id, clientId, origin);
    },
    ensureMember: async ({ slug, sub, roles }, call) => {
      const organization = await findOrganization(admin, realm, slug, call);
      if (!isMine(organization, call) || organization?.id === undefined)
        throw refuse('invalid', 'the organization of the member is not there');
      await ensureOrganizationMember(admin, realm, organization.id, { sub, roles }, call);
    },
    removeMember: async ({ slug, sub }, call) => {
      const organization = await findOrganization(admin, realm, slug, call);
      if (!isMine(organization, call) || organization?.id === undefined) return;
      await removeOrganizationMember(admin, realm, organization.id, sub, call);
      // Membership first: a session that begins meanwhile is one of nobody's.
      await endPoolSessions(admin, realm, formatPoolName(WEB_CLIENT, slug), sub, call);
    },
    ...poolPeople(admin, config, ready),
    observe: async (shape, call) => {
      const seen = await look(admin, config, shape.slug, call);
      if (seen === 'absent') return ABSENT;
      if (seen === 'foreign') return FOREIGN;
      const attributes = await attributesOfOrganization(admin, seen, shape, call);
      const client = `client ${formatPoolName(WEB_CLIENT, shape.slug)} enabled`;
      return {
        presence: 'mine',
        attributes,
        open: isOn(attributes, 'organization enabled', client),
      };
    },
    mend: async (shape, call) => {
      assureOrigin(shape.origin);
      const seen = await look(admin, config, shape.slug, call);
      if (seen === 'absent') throw refuse('invalid', 'there is no organization to mend');
      if (seen === 'foreign') throw refuse('foreign', 'the organization of that name is not ours');
      await ensurePoolRealm(admin, config, call);
      await mendOrganization(admin, seen, shape, call);
    },
    probe: (signal) => admin.probe(signal),
    inventory: (signal) => listOrganizations(admin, realm, signal),
  };
}

type People = 'ensureInvited' | 'listPeople' | 'receive' | 'welcome';

/** Who may sign in there, whatever they are members of. */
function poolPeople(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  ready: (call: Call) => Promise<void>,
): Pick<IdentityProvider, People> {
  const { poolRealm: realm } = config;
  const assureMine = async (slug: string, call: Call) => {
    if (!isMine(await findOrganization(admin, realm, slug, call), call))
      throw refuse('invalid', 'the organization of the person is not there');
  };
  return {
    ensureInvited: async ({ slug, email }, call) => {
      await assureMine(slug, call);
      await ensureInvitedUser(admin, realm, email, call);
    },
    listPeople: async ({ slug, subs }, call) => {
      await assureMine(slug, call);
      return listPeople(admin, realm, subs, call);
    },
    receive: async ({ people, ...shape }, call) => {
      assureShape(shape);
      await ready(call);
      const orgId = await ensureOrganization(admin, realm, shape, call);
      await ensureParts(admin, config, shape, orgId, call);
      const subs = await receivePeople(admin, realm, people, call);
      return { issuer: formatIssuer(config, realm), subs };
    },
    welcome: async ({ slug, sub, origin }, call) => {
      assureOrigin(origin);
      await assureMine(slug, call);
      await renewMailServer(admin, realm, config.smtp, call);
      const clientId = formatPoolName(WEB_CLIENT, slug);
      await welcomeUser(admin, { realm, id: sub, clientId, origin }, call);
    },
  };
}

/** Runs until it succeeded once in this process. Not shared: a call's end is its own. */
function once(run: (call: Call) => Promise<void>): (call: Call) => Promise<void> {
  let done = false;
  return async (call) => {
    if (done) return;
    await run(call);
    done = true;
  };
}

function isMine(found: OrganizationRepresentation | undefined, call: Call): boolean {
  return isMarked(found?.attributes, call.owner);
}

/** Absent also while the shared realm is not there. */
async function look(
  admin: KeycloakAdmin,
  { poolRealm: realm, loginCallback }: KeycloakConfig,
  slug: string,
  call: Call,
): Promise<OwnOrganization | 'absent' | 'foreign'> {
  const pool = await admin.request(call.signal, 'a look at the realm of the pool', (client) =>
    client.realms.findOne({ realm }),
  );
  const found = pool && (await findOrganization(admin, realm, slug, call));
  if (!found) return 'absent';
  const { id } = found;
  return isMine(found, call) && id !== undefined
    ? { realm, loginCallback, found: { ...found, id } }
    : 'foreign';
}

/** Create, or adopt if mine, or refuse. Returns its id. */
async function ensureOrganization(
  admin: KeycloakAdmin,
  realm: string,
  request: IdentityShape,
  call: Call,
): Promise<string> {
  let found = await findOrganization(admin, realm, request.slug, call);
  if (found === undefined) {
    try {
      const { id } = await admin.request(call.signal, 'the creation of an organization', (client) =>
        client.organizations.create({
          realm,
          name: request.slug,
          alias: request.slug,
          description: request.displayName,
          enabled: true,
          attributes: formatListMark(call.owner),
        }),
      );
      return id;
    } catch (error) {
      if (!isTaken(error)) throw error;
      found = await findOrganization(admin, realm, request.slug, call);
      if (found === undefined) throw error;
    }
  }
  if (!isMine(found, call) || found.id === undefined) {
    throw refuse('foreign', 'an organization of that name is there and not ours');
  }
  return found.id;
}

/** Client, identity providers and groups; ids of these by name. */
async function ensureParts(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  request: IdentityShape,
  orgId: string,
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const { slug, origin } = request;
  const { poolRealm: realm } = config;
  await ensurePoolClient(admin, config, formatPoolName(WEB_CLIENT, slug), origin, call);
  for (const provider of request.identityProviders) {
    const alias = formatPoolName(provider.alias, slug);
    await ensurePoolProvider(admin, realm, alias, provider, orgId, call);
  }
  return ensureOrganizationGroups(admin, realm, orgId, call);
}

/** Client and users are looked for also without the organization: a crash may have left them. */
async function removeOrganization(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  sharedUsers: SharedUsers,
  slug: string,
  call: Call,
): Promise<void> {
  const { poolRealm: realm } = config;
  const pool = await admin.request(call.signal, 'a look at the realm of the pool', (client) =>
    client.realms.findOne({ realm }),
  );
  if (!pool) return;
  const found = await findOrganization(admin, realm, slug, call);
  const id = isMine(found, call) ? found?.id : undefined;
  await removePoolClient(admin, realm, formatPoolName(WEB_CLIENT, slug), call);
  if (id !== undefined) await removePoolProviders(admin, realm, id, call);
  await removePoolUsers(admin, config, sharedUsers, id, call);
  if (id === undefined) return;
  await absentIsFine(() =>
    admin.request(call.signal, 'the removal of an organization', (client) =>
      client.organizations.delById({ realm, id }),
    ),
  );
}
