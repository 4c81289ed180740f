import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { IdentityProvider, IdentityRequest } from '../../ports/identity-provider.ts';
import type { MailCatcher } from '../../ports/mail-catcher.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';
import { openJournal } from './journal.ts';

/** A realm or organization without personal data, since it may be kept in a file. */
export interface MemoryTenantIdentity {
  /** Undefined: an object of others. */
  readonly owner: OwnerMark | undefined;
  readonly adminSub: string;
  readonly identityProviders: readonly string[];
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
  const isMine = (slug: string, call: Call) => isOwned(entries.get(slug), call);

  const identity: IdentityProvider = {
    ...comparing(entries, save, send),
    ensure: (request, call) =>
      send('ensure', call.signal, () => {
        if (entries.has(request.slug) && !isMine(request.slug, call)) {
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        }
        const entry = entries.get(request.slug) ?? toEntry(request, call.owner);
        entries.set(request.slug, entry);
        save();
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
        const entry = entries.get(slug);
        if (entry === undefined || !isMine(slug, call)) return;
        entries.set(slug, { ...entry, suspended: true });
        save();
      }),
    restore: (slug, call) =>
      send('restore', call.signal, () => {
        const entry = entries.get(slug);
        if (entry === undefined) throw new PortError('identity', 'invalid', 'it is not there');
        if (!isMine(slug, call)) throw new PortError('identity', 'foreign', 'it is not ours');
        const { suspended: _, ...restored } = entry;
        entries.set(slug, restored);
        save();
      }),
    inviteAdmin: ({ slug, origin, adminEmail }, call) =>
      send('inviteAdmin', call.signal, () => {
        if (!isMine(slug, call)) {
          throw new PortError('identity', 'invalid', 'the invited admin is not there');
        }
        deliver(adminEmail, `${origin}/welcome?invite=${randomUUID()}`);
      }),
    probe: (signal) => send('probe', signal, () => undefined),
    inventory: (signal) =>
      send('inventory', signal, () =>
        Array.from(entries, ([name, { owner }]) => ({ name, tenant: owner?.tenant })),
      ),
  };
  return {
    identity,
    mailCatcher,
    plant: (slug, owner) => {
      entries.set(slug, { owner, adminSub: randomUUID(), identityProviders: [] });
      save();
    },
    find: (slug) => entries.get(slug),
    bend: (slug, identityProviders) => {
      const entry = entries.get(slug);
      if (entry !== undefined) entries.set(slug, { ...entry, identityProviders });
      save();
    },
  };
}

type Send = <T>(method: string, signal: AbortSignal, effect: () => T) => Promise<T>;

function comparing(
  entries: Map<string, MemoryTenantIdentity>,
  save: () => void,
  send: Send,
): Pick<IdentityProvider, 'observe' | 'mend'> {
  return {
    observe: ({ slug, identityProviders }, call) =>
      send('observe', call.signal, () => {
        const there = entries.get(slug);
        if (there === undefined) return ABSENT;
        if (!isOwned(there, call)) return FOREIGN;
        const wanted = aliasesOf(identityProviders).join();
        const found = there.identityProviders.join();
        const attributes = [{ name: 'identity providers', wanted, found }];
        return { presence: 'mine' as const, attributes };
      }),
    mend: ({ slug, identityProviders }, call) =>
      send('mend', call.signal, () => {
        const there = entries.get(slug);
        if (there === undefined) {
          throw new PortError('identity', 'invalid', 'there is nothing to mend');
        }
        if (!isOwned(there, call)) {
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        }
        entries.set(slug, { ...there, identityProviders: aliasesOf(identityProviders) });
        save();
      }),
  };
}

function isOwned(there: MemoryTenantIdentity | undefined, { owner }: Call): boolean {
  return there?.owner?.tenant === owner.tenant;
}

function toEntry(request: IdentityRequest, owner: OwnerMark): MemoryTenantIdentity {
  return {
    owner: { tenant: owner.tenant, operation: owner.operation },
    adminSub: request.adminUserId,
    identityProviders: aliasesOf(request.identityProviders),
  };
}

function aliasesOf(providers: IdentityRequest['identityProviders']): string[] {
  return providers.map(({ alias }) => alias);
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
