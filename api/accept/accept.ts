import { originOf } from '../../domain/host.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { LoginError } from '../../ports/oidc-login.ts';
import type { LoginPlace, OidcLogin } from '../../ports/oidc-login.ts';
import { findInvitation, takeInvitation } from '../../registry/open-invitations.ts';
import type { OpenPorts, TakeResult } from '../../registry/open-invitations.ts';
import type { TenantReader } from '../../ports/registry-store.ts';
import type { AcceptCookies } from './cookie.ts';
import * as pages from './pages.ts';
import type { Page } from './pages.ts';

/** What the public pages work with. */
export interface AcceptPorts extends OpenPorts {
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly login: OidcLogin;
}

export interface Turn {
  readonly page: Page;
  /** The browser's cookie from here on; undefined: none. */
  readonly cookie?: string;
  /** Why the login failed. */
  readonly error?: LoginError;
}

/** The page behind the mailed link. Consumes nothing: mail scanners open links too. */
export async function showInvitation(ports: AcceptPorts, token: string): Promise<Turn> {
  const open = await findInvitation(ports, token);
  return { page: open === undefined ? pages.notGood() : pages.invitation(token, open) };
}

/** The deliberate step: begins a login that only this browser can finish. */
export async function beginAcceptance(
  ports: AcceptPorts,
  cookies: AcceptCookies,
  token: string,
): Promise<Turn> {
  const open = await findInvitation(ports, token);
  const place = open && placeOf(open.tenant);
  if (open === undefined || place === undefined) return { page: pages.notGood() };
  try {
    const { email } = open.invitation;
    const { url, secrets } = await ports.login.begin({ place, email });
    const kept = { step: 'login', token, place, secrets } as const;
    return { page: pages.onward(url), cookie: cookies.seal(kept, ports.clock.nowMs()) };
  } catch (error) {
    // Nobody has answered yet: it is our settings that do not fit the provider's.
    return failedLogin(error, token, pages.failed(500));
  }
}

/** The way back from the provider. Whatever goes wrong consumes nothing. */
export async function finishAcceptance(
  ports: AcceptPorts,
  cookies: AcceptCookies,
  cookieHeader: string | undefined,
  query: URLSearchParams,
): Promise<Turn> {
  const kept = cookies.open('login', cookieHeader, ports.clock.nowMs());
  if (kept === undefined) return { page: pages.beganElsewhere() };
  const { token, place, secrets } = kept;
  try {
    const claims = await ports.login.finish({ place, secrets, query });
    const taken = await takeInvitation(ports, token, claims);
    if (!('invitation' in taken))
      return { page: refusalOf(taken.outcome, token, ports.login.signOutUrl(place)) };
    const tenant = await ports.tenants.findTenant(taken.invitation.tenant);
    const { displayName: name, host } = tenant ?? { displayName: '', host: '' };
    const joined = cookies.seal({ step: 'joined', name, host }, ports.clock.nowMs());
    return { page: pages.seeJoined(), cookie: joined };
  } catch (error) {
    return failedLogin(error, token, pages.beganElsewhere());
  }
}

/** After the redirect, so that neither code nor state stays in the address bar. */
export function showJoined(
  { clock }: Pick<AcceptPorts, 'clock'>,
  cookies: AcceptCookies,
  cookieHeader: string | undefined,
): Turn {
  const kept = cookies.open('joined', cookieHeader, clock.nowMs());
  if (kept === undefined) return { page: pages.beganElsewhere() };
  return { page: pages.joined(kept.name, originOf(kept.host)) };
}

/** Undefined: nobody can sign in there, which an open invitation's tenant never is. */
function placeOf({ slug, isolation, issuer }: Tenant): LoginPlace | undefined {
  return issuer === null ? undefined : { slug, isolation, issuer };
}

function refusalOf(
  outcome: Exclude<TakeResult, { invitation: unknown }>['outcome'],
  token: string,
  signOutUrl: string,
): Page {
  switch (outcome) {
    case 'not-open':
      return pages.notGood();
    case 'member-exists':
      return pages.memberAlready();
    case 'email-unverified':
      return pages.unverified(token);
    case 'email-mismatch':
    case 'issuer-mismatch':
    case 'subject-malformed':
      return pages.wrongAccount(token, signOutUrl);
  }
}

/** Rethrows what is no failure of the login. `invalid`: the page of one that does not hold. */
function failedLogin(error: unknown, token: string, invalid: Page): Turn {
  if (!(error instanceof LoginError)) throw error;
  switch (error.code) {
    case 'unavailable':
      return { page: pages.providerSilent(token), error };
    case 'declined':
      return { page: pages.declined(token), error };
    case 'invalid':
      return { page: invalid, error };
  }
}
