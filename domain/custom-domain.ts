import { HOST_MAX_CHARS, isHost } from './host.ts';

/**
 * `claimed` (asked for, and looked for in DNS) -> `proven` (the name is reserved) -> `active` (the
 * name leads to the front end) -> `removing` -> `removed`. A claim whose saga was taken back has
 * `expired`; an active one that another tenant proved is `lost`.
 */
export const DOMAIN_STATES = [
  'claimed',
  'proven',
  'active',
  'removing',
  'removed',
  'lost',
  'expired',
] as const;
export type DomainState = (typeof DOMAIN_STATES)[number];

/** Of one tenant, at once: each is an object of the cluster. */
export const MAX_DOMAINS = 50;

/** What an `addDomain` is told, by the name of update and signal: the record is there, look now. */
export const LOOK = 'look';

/**
 * A tenant's claim to a name. Any number of tenants may claim one name; of those that are proven,
 * active or being removed there is one at most.
 */
export interface CustomDomain {
  /** UUID, that of the operation that added it. */
  readonly id: string;
  readonly tenant: string;
  /** ASCII (RFC 5890, A-labels), lower case, no final dot. */
  readonly name: string;
  readonly state: DomainState;
  readonly claimedAtMs: number;
  readonly provenAtMs: number | null;
  readonly endedAtMs: number | null;
  /** The claim of another tenant that proved the name; null unless it is lost. */
  readonly lostTo: string | null;
}

/** It is in somebody's hands, or on its way there: a name has one such row at most. */
export const OWNING_STATES = ['proven', 'active', 'removing'] as const;

const CHALLENGE_LABEL = '_tenure-challenge';

/** Where the proof of a claim is looked for (an underscored name, RFC 8552). */
export function challengeNameOf(domain: string): string {
  return `${CHALLENGE_LABEL}.${domain}`;
}

const NAME_MAX_CHARS = HOST_MAX_CHARS - challengeNameOf('').length;

/** Why a name cannot be a tenant's own. */
export type DomainProblem = 'domain-malformed' | 'domain-ours' | 'domain-suffix';

/** What the world's registers say of a name. */
export interface NameFacts {
  /** Undefined: it is no domain name. */
  readonly ascii: string | undefined;
  /** People register below it: it is nobody's own (publicsuffix.org). */
  readonly isPublicSuffix: boolean;
}

/**
 * Undefined when a tenant may claim it. `ours`: the domain below which tenants have their hosts.
 */
export function checkDomain(
  { ascii, isPublicSuffix }: NameFacts,
  ours: string,
): DomainProblem | undefined {
  if (ascii === undefined || !isHost(ascii) || ascii.length > NAME_MAX_CHARS)
    return 'domain-malformed';
  if (ascii === ours || ascii.endsWith(`.${ours}`)) return 'domain-ours';
  return isPublicSuffix ? 'domain-suffix' : undefined;
}

type Input = Readonly<Record<string, unknown>>;

/** Input of `removeDomain`; that of `addDomain` is empty: the row has the name. */
export interface RemoveDomain {
  readonly domain: string;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function removeDomainInputOf(input: Input): RemoveDomain {
  const { domain } = input;
  if (typeof domain !== 'string') throw new TypeError('not the input of removeDomain');
  return { domain };
}
