import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Isolation } from '../../domain/isolation.ts';
import { OWNER_ROLE } from '../../domain/membership.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import { groupsOf } from '../../ports/identity-provider.ts';
import type { IdentityProvider, IdentityRequest } from '../../ports/identity-provider.ts';
import type { MailCatcher } from '../../ports/mail-catcher.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { aliasesOf, isOwned, memoryDrift } from './identity-drift.ts';
import { memoryMembers } from './identity-members.ts';
import { memoryPeople } from './identity-people.ts';
import { openJournal } from './journal.ts';

/** A realm or organization without personal data, since it may be kept in a file. */
export interface MemoryTenantIdentity {
  /** Undefined: an object of others. */
  readonly owner: OwnerMark | undefined;
  readonly adminSub: string;
  readonly identityProviders: readonly string[];
  /** Groups of each member, by `sub`; absent in the file of an older version. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  readonly suspended?: true;
}

export interface MemoryIdentity {
  /** Silo. */
  readonly identity: IdentityProvider;
  /** Its objects are beside those of `identity`, and may have the same names. */
  readonly pool: IdentityProvider;
  /** The links of `inviteAdmin`, and of `welcome`; forgotten at a restart. */
  readonly mailCatcher: MailCatcher;
  /** `plant` and `find` go past the port: what others or a crash left behind. */
  plant(slug: string, owner: OwnerMark | undefined, mode?: Isolation): void;
  find(slug: string): MemoryTenantIdentity | undefined;
  findInPool(slug: string): MemoryTenantIdentity | undefined;
  /** As another person might: with these identity providers alone. */
  bend(slug: string, identityProviders: readonly string[], mode?: Isolation): void;
}

export interface MemoryIdentityOptions {
  /** What the issuers begin with, without `/realms/…`. */
  readonly issuerBase: string;
  readonly file?: string;
  readonly faults?: Faults;
}

/** What both modes share. */
interface Memory {
  readonly entries: Map<string, MemoryTenantIdentity>;
  save(): void;
  readonly options: MemoryIdentityOptions;
}

/** No slug has a colon. */
const IN_POOL = 'pool:';

/** Realms that nobody can sign in to, for silo and pool alike: each tenant has an issuer. */
export function createMemoryIdentity(options: MemoryIdentityOptions): MemoryIdentity {
  const { entries, save } = openJournal<MemoryTenantIdentity>(options.file);
  const { mailCatcher, deliver } = createMailbox();
  const memory: Memory = { entries, save, options };
  const places = { silo: placeOf(memory, 'silo'), pool: placeOf(memory, 'pool') };
  return {
    identity: createProvider(places.silo, deliver),
    pool: createProvider(places.pool, deliver),
    mailCatcher,
    plant: (slug, owner, mode = 'silo') => {
      const entry = { owner, adminSub: randomUUID(), identityProviders: [], members: {} };
      places[mode].keep(slug, entry);
    },
    find: places.silo.find,
    findInPool: places.pool.find,
    bend: (slug, identityProviders, mode = 'silo') => {
      const { find, keep } = places[mode];
      const entry = find(slug);
      if (entry !== undefined) keep(slug, { ...entry, identityProviders });
    },
  };
}

function createProvider(
  place: ReturnType<typeof placeOf>,
  deliver: (recipient: string, link: string) => void,
): IdentityProvider {
  const { send, find, keep, drop, names, issuerOf } = place;
  const isMine = (slug: string, call: Call) => isOwned(find(slug), call);
  const findMine = (slug: string, call: Call) => (isMine(slug, call) ? find(slug) : undefined);
  return {
    ensure: (request, call) =>
      send('ensure', call.signal, () => {
        const { slug } = request;
        if (find(slug) !== undefined && !isMine(slug, call)) {
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        }
        const entry = find(slug) ?? toEntry(request, call.owner);
        keep(slug, entry);
        const { adminSub } = entry;
        return { issuer: issuerOf(slug), adminSub, externalId: call.owner.tenant };
      }),
    remove: (slug, call) =>
      send('remove', call.signal, () => {
        if (isMine(slug, call)) drop(slug);
      }),
    suspend: (slug, call) =>
      send('suspend', call.signal, () => {
        const entry = findMine(slug, call);
        if (entry !== undefined) keep(slug, { ...entry, suspended: true });
      }),
    restore: (slug, call) =>
      send('restore', call.signal, () => {
        const entry = find(slug);
        if (entry === undefined) throw new PortError('identity', 'invalid', 'it is not there');
        if (!isMine(slug, call)) throw new PortError('identity', 'foreign', 'it is not ours');
        const { suspended: _, ...restored } = entry;
        keep(slug, restored);
      }),
    inviteAdmin: ({ slug, origin, adminEmail }, call) =>
      send('inviteAdmin', call.signal, () => {
        if (!isMine(slug, call)) throw absent('the invited admin');
        deliver(adminEmail, `${origin}/welcome?invite=${randomUUID()}`);
      }),
    ...memoryMembers({ send, keep, find: findMine }),
    ...memoryPeople({ ...place, deliver }),
    ...memoryDrift({ send, keep, find }),
    probe: (signal) => send('probe', signal, () => undefined),
    inventory: (signal) =>
      send('inventory', signal, () => names().map((name) => ({ name, owner: find(name)?.owner }))),
  };
}

/** The objects of one mode, by slug. */
function placeOf({ entries, save, options }: Memory, mode: Isolation) {
  const prefix = mode === 'pool' ? IN_POOL : '';
  const keyOf = (slug: string) => `${prefix}${slug}`;
  const base = mode === 'pool' ? `${options.issuerBase}/pool` : options.issuerBase;
  return {
    issuerOf: (slug: string) => `${base}/realms/${slug}`,
    find: (slug: string) => entries.get(keyOf(slug)),
    keep: (slug: string, entry: MemoryTenantIdentity) => {
      entries.set(keyOf(slug), entry);
      save();
    },
    drop: (slug: string) => {
      entries.delete(keyOf(slug));
      save();
    },
    names: () =>
      [...entries.keys()].flatMap((key) => {
        if (key.startsWith(IN_POOL) !== (mode === 'pool')) return [];
        return [key.slice(prefix.length)];
      }),
    send: <T>(method: string, signal: AbortSignal, effect: () => T) =>
      overNetwork(options.faults, signal, 'identity', method, effect),
  };
}

function absent(what: string): PortError {
  return new PortError('identity', 'invalid', `${what} is not there`);
}

function toEntry(request: IdentityRequest, owner: OwnerMark): MemoryTenantIdentity {
  return {
    owner,
    adminSub: request.adminUserId,
    identityProviders: aliasesOf(request.identityProviders),
    members: { [request.adminUserId]: groupsOf([OWNER_ROLE]) },
  };
}

function createMailbox() {
  const links = new Map<string, string>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const mailCatcher: MailCatcher = {
    findLink: async (recipient, signal) => {
      const address = recipient.toLowerCase();
      if (!links.has(address)) {
        await once(arrivals, address, { signal }).catch(() => undefined);
      }
      return links.get(address);
    },
  };
  const deliver = (recipient: string, link: string) => {
    links.set(recipient.toLowerCase(), link);
    arrivals.emit(recipient.toLowerCase());
  };
  return { mailCatcher, deliver };
}
