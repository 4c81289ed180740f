import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
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
  readonly identity: IdentityProvider;
  /** The links of `inviteAdmin`; forgotten at a restart. */
  readonly mailCatcher: MailCatcher;
  /** `plant` and `find` go past the port: what others or a crash left behind. */
  plant(slug: string, owner: OwnerMark | undefined): void;
  find(slug: string): MemoryTenantIdentity | undefined;
  /** As another person might: with these identity providers alone. */
  bend(slug: string, identityProviders: readonly string[]): void;
}

export interface MemoryIdentityOptions {
  /** What the issuers begin with, without `/realms/…`. */
  readonly issuerBase: string;
  readonly file?: string;
  readonly faults?: Faults;
}

/** Realms, for silo and pool alike, that nobody can sign in to: each tenant has an issuer. */
export function createMemoryIdentity(options: MemoryIdentityOptions): MemoryIdentity {
  const { entries, save } = openJournal<MemoryTenantIdentity>(options.file);
  const { mailCatcher, deliver } = createMailbox();
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'identity', method, effect);
  const issuerOf = (slug: string) => `${options.issuerBase}/realms/${slug}`;
  const find = (slug: string) => entries.get(slug);
  const isMine = (slug: string, call: Call) => isOwned(find(slug), call);
  const findMine = (slug: string, call: Call) => (isMine(slug, call) ? find(slug) : undefined);
  const keep = (slug: string, entry: MemoryTenantIdentity) => {
    entries.set(slug, entry);
    save();
  };

  const identity: IdentityProvider = {
    ensure: (request, call) =>
      send('ensure', call.signal, () => {
        if (entries.has(request.slug) && !isMine(request.slug, call)) {
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        }
        const entry = entries.get(request.slug) ?? toEntry(request, call.owner);
        keep(request.slug, entry);
        const issuer = issuerOf(request.slug);
        return { issuer, adminSub: entry.adminSub, externalId: call.owner.tenant };
      }),
    remove: (slug, call) =>
      send('remove', call.signal, () => {
        if (!isMine(slug, call)) return;
        entries.delete(slug);
        save();
      }),
    suspend: (slug, call) =>
      send('suspend', call.signal, () => {
        const entry = findMine(slug, call);
        if (entry !== undefined) keep(slug, { ...entry, suspended: true });
      }),
    restore: (slug, call) =>
      send('restore', call.signal, () => {
        const entry = entries.get(slug);
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
    ...memoryDrift({ send, keep, find }),
    probe: (signal) => send('probe', signal, () => undefined),
    inventory: (signal) =>
      send('inventory', signal, () =>
        Array.from(entries, ([name, { owner }]) => ({ name, owner })),
      ),
  };
  return {
    identity,
    mailCatcher,
    plant: (slug, owner) => {
      keep(slug, { owner, adminSub: randomUUID(), identityProviders: [], members: {} });
    },
    find,
    bend: (slug, identityProviders) => {
      const entry = find(slug);
      if (entry !== undefined) keep(slug, { ...entry, identityProviders });
    },
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
