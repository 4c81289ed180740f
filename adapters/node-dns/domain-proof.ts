import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { PortError } from '../../ports/call.ts';
import type { DomainProof } from '../../ports/domain-proof.ts';

export interface NodeDnsOptions {
  /** Addresses, each with or without a port; undefined: the system's. */
  readonly resolvers?: readonly string[] | undefined;
  /** Of tests, whose name servers are no public ones. */
  readonly nameServers?: NameServers;
}

export interface NameServers {
  readonly port: number;
  readonly mayAsk: (address: string) => boolean;
}

/** Whoever has a zone says where its servers are: nobody shall make us ask in our own network. */
export const PUBLIC: NameServers = {
  port: 53,
  mayAsk: (address) => ipaddr.process(address).range() === 'unicast',
};

const TRY_WITHIN_MS = 2_000;
const TRIES = 2;

/** There is no such record, and the servers say so. */
const NOTHING_THERE: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);
/** It was reached and gave no answer: the zone is broken, or the server is none for it. */
const NO_ANSWER: ReadonlySet<unknown> = new Set([
  ...['ESERVFAIL', 'EREFUSED', 'EFORMERR', 'ENOTIMP', 'EBADRESP', 'EBADNAME'],
]);

/**
 * TXT records by Node's resolver (c-ares). A zone's own name servers are asked, so that a record
 * that was just made is seen in spite of negative caching (RFC 2308); resolvers say who they are,
 * and are asked themselves where none of those answers.
 */
export function createNodeDnsProof(options: NodeDnsOptions): DomainProof {
  return {
    look: (name, signal) =>
      stoppable(options.resolvers, signal, async (resolver, open) => {
        const servers = await nameServersOf(resolver, name, options.nameServers ?? PUBLIC);
        if (servers.length > 0) {
          const own = await textsAt(open(servers), name).catch(() => undefined);
          if (own !== undefined) return own;
        }
        return (await textsAt(resolver, name)) ?? [];
      }),
    // Any answer will do: it is there.
    probe: (signal) =>
      stoppable(options.resolvers, signal, async (resolver) => {
        await answered(resolver.resolveSoa('.'));
      }),
  };
}

type Open = (servers: readonly string[] | undefined) => Resolver;

/** Runs `work` until `signal` fires; whatever else goes wrong, we could not look. */
async function stoppable<T>(
  resolvers: readonly string[] | undefined,
  signal: AbortSignal,
  work: (resolver: Resolver, open: Open) => Promise<T>,
): Promise<T> {
  const opened: Resolver[] = [];
  const open: Open = (servers) => {
    const resolver = new Resolver({ timeout: TRY_WITHIN_MS, tries: TRIES });
    if (servers !== undefined) resolver.setServers(servers);
    opened.push(resolver);
    return resolver;
  };
  const stop = () => {
    for (const each of opened) each.cancel();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await work(open(resolvers), open);
  } catch (cause) {
    throw new PortError('domain-proof', 'unavailable', 'the resolvers do not answer', { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Undefined: no answer. Strings of one record belong together (RFC 7208, 3.3). */
async function textsAt(resolver: Resolver, name: string): Promise<string[] | undefined> {
  const records = await answered(resolver.resolveTxt(name));
  return records === undefined ? undefined : (records ?? []).map((strings) => strings.join(''));
}

/** Addresses of who serves the nearest zone above the name; none: nobody that we may ask. */
async function nameServersOf(
  resolver: Resolver,
  name: string,
  which: NameServers,
): Promise<string[]> {
  const labels = name.split('.');
  // A name right below the root is nobody's own zone.
  for (let from = 1; from < labels.length - 1; from += 1) {
    const zone = labels.slice(from).join('.');
    // The servers behind an alias are those of its target's owner, who proves nothing here.
    if ((await answered(resolver.resolveCname(zone)))?.length) continue;
    const names = (await answered(resolver.resolveNs(zone))) ?? [];
    if (names.length > 0) return addressesOf(resolver, names, which);
  }
  return [];
}

async function addressesOf(
  resolver: Resolver,
  names: readonly string[],
  { port, mayAsk }: NameServers,
): Promise<string[]> {
  const lists = await Promise.all(
    names.flatMap((name) => [answered(resolver.resolve4(name)), answered(resolver.resolve6(name))]),
  );
  const addresses = lists.flatMap((list) => list ?? []).filter(mayAsk);
  return addresses.map((each) => (isIPv6(each) ? `[${each}]:${port}` : `${each}:${port}`));
}

/** Null: nothing is there. Undefined: no answer. */
async function answered<T>(asked: Promise<T>): Promise<T | null | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (NOTHING_THERE.has(code)) return null;
    if (NO_ANSWER.has(code)) return undefined;
    throw error;
  }
}
