import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityProvider } from '../../ports/identity-provider.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { createKeycloakAdmin } from './admin.ts';
import type { KeycloakAdmin } from './admin.ts';
import { isOn } from './compare.ts';
import { formatIssuer } from './config.ts';
import type { KeycloakConfig } from './config.ts';
import { isTaken, refuse, statusOf } from './failures.ts';
import { sendInvite } from './invite.ts';
import { ensureInvitedUser } from './invited-user.ts';
import { limitRealmWrites } from './limit.ts';
import { renewMailServer } from './mail-server.ts';
import { listPeople, receivePeople, welcomeUser } from './people.ts';
import { attributesOfRealm, mendRealm } from './realm-drift.ts';
import { ensureRealmMember, removeRealmMember } from './realm-member.ts';
import { listRealms } from './realm-inventory.ts';
import { readBackRealm, readBackShape } from './realm-read-back.ts';
import { WEB_CLIENT, formatFirstAdmin, formatPerson, formatRealm } from './realm-representation.ts';
import { findRealm, isRealmOf, restoreRealm, suspendRealm } from './realm-suspension.ts';
import { assureOrigin, assureRequest, assureShape } from './validate.ts';

/** Name under which the secret of the tenant's admin client is kept. */
export const ADMIN_SECRET = 'keycloak-tenant-admin';
/** A lost race is decided within 2 s (KEYCLOAK measurements): six looks, 0.5 s apart. */
const RACE_LOOKS = 6;
const RACE_PAUSE_MS = 500;
/** A 500 passes twice; with Keycloak answering in between, the third is the request's fault. */
const CREATES = 3;

/** `stub`: all that is shown of a realm that we may not see, or not yet while it is being made. */
type Seen = 'absent' | 'mine' | 'foreign' | 'stub';

/** Silo: one realm per tenant, named by the slug, its id the tenant's UUID. */
export function createKeycloakRealms(config: KeycloakConfig, secrets: Secrets): IdentityProvider {
  const admin = createKeycloakAdmin(config);
  return limitRealmWrites({
    ensure: async (request, call) => {
      assureRequest(request);
      const users = [formatFirstAdmin(request)];
      await ensureRealm(admin, formatRealm(request, users, call.owner, config), call);
      const secret = await readBackRealm(admin, request, call);
      await secrets.put(call.owner.tenant, ADMIN_SECRET, secret);
      return {
        issuer: formatIssuer(config, request.slug),
        adminSub: request.adminUserId,
        externalId: call.owner.tenant,
      };
    },
    remove: (slug, call) => removeRealm(admin, slug, call),
    suspend: (slug, call) => suspendRealm(admin, slug, call),
    restore: (slug, call) => restoreRealm(admin, slug, call),
    inviteAdmin: async ({ slug, origin, adminUserId }, call) => {
      assureOrigin(origin);
      if ((await lookUntil(isClear, admin, slug, call)) !== 'mine') {
        throw refuse('invalid', 'the realm of the invited admin is not there');
      }
      await renewMailServer(admin, slug, config.smtp, call);
      await sendInvite(admin, call, slug, adminUserId, WEB_CLIENT, origin);
    },
    ...realmPeople(admin, config, secrets),
    ensureMember: async (request, call) => {
      if ((await lookUntil(isClear, admin, request.slug, call)) !== 'mine')
        throw refuse('invalid', 'the realm of the member is not there');
      await ensureRealmMember(admin, request, call);
    },
    removeMember: async (request, call) => {
      if ((await lookUntil(isClear, admin, request.slug, call)) === 'mine')
        await removeRealmMember(admin, request, call);
    },
    observe: async (shape, call) => {
      const seen = await lookUntil(isClear, admin, shape.slug, call);
      if (seen === 'absent') return ABSENT;
      if (seen !== 'mine') return FOREIGN;
      const attributes = await attributesOfRealm(admin, config, shape, call);
      return { presence: 'mine', attributes, open: isOn(attributes, 'realm enabled') };
    },
    mend: async (shape, call) => {
      assureOrigin(shape.origin);
      const seen = await lookUntil(isClear, admin, shape.slug, call);
      if (seen === 'absent') throw refuse('invalid', 'there is no realm to mend');
      if (seen !== 'mine') throw refuse('foreign', 'the realm of that name is not ours');
      await mendRealm(admin, config, shape, call);
      const secret = await readBackShape(admin, shape, call);
      await secrets.put(call.owner.tenant, ADMIN_SECRET, secret);
    },
    probe: (signal) => admin.probe(signal),
    inventory: (signal) => listRealms(admin, config, signal),
  });
}

type People = 'ensureInvited' | 'listPeople' | 'receive' | 'welcome';

/** Who may sign in there, whatever they are members of. */
function realmPeople(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  secrets: Secrets,
): Pick<IdentityProvider, People> {
  const assureMine = async (slug: string, call: Call) => {
    if ((await lookUntil(isClear, admin, slug, call)) !== 'mine')
      throw refuse('invalid', 'the realm of the person is not there');
  };
  return {
    ensureInvited: async ({ slug, email }, call) => {
      await assureMine(slug, call);
      await ensureInvitedUser(admin, slug, email, call);
    },
    listPeople: async ({ slug, subs }, call) => {
      await assureMine(slug, call);
      return listPeople(admin, slug, subs, call);
    },
    receive: async ({ people, ...shape }, call) => {
      assureShape(shape);
      const users = people.map(formatPerson);
      await ensureRealm(admin, formatRealm(shape, users, call.owner, config), call);
      const secret = await readBackShape(admin, shape, call);
      await secrets.put(call.owner.tenant, ADMIN_SECRET, secret);
      const subs = await receivePeople(admin, shape.slug, people, call);
      return { issuer: formatIssuer(config, shape.slug), subs };
    },
    welcome: async ({ slug, sub, origin }, call) => {
      assureOrigin(origin);
      await assureMine(slug, call);
      await renewMailServer(admin, slug, config.smtp, call);
      await welcomeUser(admin, { realm: slug, id: sub, clientId: WEB_CLIENT, origin }, call);
    },
  };
}

/** Create, or adopt if mine, or refuse. Who lost a race finds the winner's realm. */
async function ensureRealm(
  admin: KeycloakAdmin,
  realm: RealmRepresentation & { readonly realm: string },
  call: Call,
): Promise<void> {
  let seen = await lookUntil(isClear, admin, realm.realm, call);
  for (let creates = 0; seen === 'absent';) {
    creates += 1;
    const refusal = await create(admin, realm, call);
    if (refusal === undefined) return;
    seen = await lookUntil((now) => now !== 'absent' && isClear(now), admin, realm.realm, call);
    if (seen === 'absent' && (statusOf(refusal) !== 500 || creates === CREATES)) {
      throw await explain(admin, refusal, call);
    }
  }
  if (seen !== 'mine') throw refuse('foreign', 'a realm of that name is there and not ours');
}

/** Undefined when it was made, else Keycloak's refusal. Rejects when there was no answer. */
async function create(
  admin: KeycloakAdmin,
  realm: RealmRepresentation,
  call: Call,
): Promise<unknown> {
  try {
    await admin.request(call.signal, 'the creation of a realm', (client) =>
      client.realms.create(realm),
    );
    return undefined;
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 409 || status === 500) return error;
    throw error;
  }
}

/** Why a realm was refused though none of that name is there. */
async function explain(admin: KeycloakAdmin, refusal: unknown, call: Call): Promise<unknown> {
  if (statusOf(refusal) === 400 && isTaken(refusal)) {
    return refuse('unknown', 'Keycloak’s database took another request first', refusal);
  }
  if (statusOf(refusal) !== 409) {
    return refuse('invalid', 'Keycloak refuses the realm as such', refusal);
  }
  const visible = await admin.request(call.signal, 'the list of realms', (client) =>
    client.realms.find({ briefRepresentation: true }),
  );
  const twin = visible.some(({ id }) => id === call.owner.tenant);
  return twin ? refuse('invalid', 'the tenant has a realm of another name', refusal) : refusal;
}

/** DELETE goes by name: the look comes right before it, so that nothing foreign is hit. */
async function removeRealm(admin: KeycloakAdmin, slug: string, call: Call): Promise<void> {
  if ((await lookUntil(isClear, admin, slug, call)) !== 'mine') return;
  try {
    await admin.request(call.signal, 'the removal of a realm', (client) =>
      client.realms.del({ realm: slug }),
    );
  } catch (error) {
    // 404 and 500 are what the losers of parallel removals see; the look below decides.
    const status = statusOf(error);
    if (status !== 404 && status !== 500) throw error;
  }
  const seen = await lookUntil(isGone, admin, slug, call);
  if (!isGone(seen)) {
    throw refuse('unknown', 'the realm is still there after its removal');
  }
}

async function lookUntil(
  settled: (seen: Seen) => boolean,
  admin: KeycloakAdmin,
  slug: string,
  call: Call,
): Promise<Seen> {
  let seen = await look(admin, slug, call);
  for (let looks = 1; looks < RACE_LOOKS && !settled(seen); looks += 1) {
    await admin.pause(RACE_PAUSE_MS, call.signal);
    seen = await look(admin, slug, call);
  }
  return seen;
}

/** Seen in races: our own realm is a stub until the rights over it are there as well. */
function isClear(seen: Seen): boolean {
  return seen !== 'stub';
}

/** Ours is; what others made of that name meanwhile is none of ours. */
function isGone(seen: Seen): boolean {
  return seen === 'absent' || seen === 'foreign';
}

async function look(admin: KeycloakAdmin, slug: string, call: Call): Promise<Seen> {
  const realm = await findRealm(admin, slug, call);
  if (!realm) return 'absent';
  if (realm.id === undefined) return 'stub';
  return isRealmOf(realm, call.owner) ? 'mine' : 'foreign';
}
