/** A DNS label has 63 octets at most (RFC 1035, 2.3.4); shorter, because people type it. */
export const SLUG_MAX_CHARS = 40;
/** One and two letters are kept for ourselves. */
export const SLUG_MIN_CHARS = 3;

/** Why a name cannot be a tenant's slug. */
export type SlugProblem = 'slug-length' | 'slug-characters' | 'slug-dash' | 'slug-reserved';

const CHARACTERS = /^[a-z0-9-]*$/;

/**
 * Names that people take for ours, that mail and DNS conventions own (RFC 2142), or that a later
 * service of ours will need.
 */
const RESERVED: ReadonlySet<string> = new Set(
  [
    'abuse account accounts admin administrator api app apps assets auth autoconfig autodiscover',
    'billing blog cdn cluster console dashboard dev dns docs example ftp git graphql help',
    'hostmaster id identity imap internal invalid isatap keycloak kubernetes localhost login logout',
    'mail master metrics mobile noc ns1 ns2 ntp oauth oidc ops platform pop pop3 postmaster',
    'private prod production public register registry root security signin signup smtp ssl',
    'sso staging static status support system temporal tenant tenants tenure usenet',
    'webmail webmaster wpad www www1 www2',
  ].flatMap((line) => line.split(' ')),
);

/** Undefined when `slug` may name a tenant and be the first label of its host. */
export function checkSlug(slug: string): SlugProblem | undefined {
  if (slug.length < SLUG_MIN_CHARS || slug.length > SLUG_MAX_CHARS) return 'slug-length';
  if (!CHARACTERS.test(slug)) return 'slug-characters';
  if (slug.startsWith('-') || slug.endsWith('-')) return 'slug-dash';
  // RFC 5891, 4.2.3.1: `--` in third and fourth place (`xn--`) makes a label look like another.
  if (slug.startsWith('--', 2)) return 'slug-dash';
  return RESERVED.has(slug) ? 'slug-reserved' : undefined;
}
