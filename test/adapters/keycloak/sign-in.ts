import { createHash, randomBytes } from 'node:crypto';
import { Browser, findHref, textOf } from './browser.ts';
import type { Page } from './browser.ts';

const PASSWORD = 'correct horse battery staple 7';

/** The invited person: opens the mailed link, proceeds, and sets a password. */
export async function acceptInvite(keycloakUrl: string, link: string): Promise<void> {
  const browser = new Browser(new URL(keycloakUrl).origin);
  let page = await browser.open(link);
  const proceed = findHref(page, /proceed/iu);
  if (proceed === undefined) throw new Error(`no way to proceed: ${textOf(page.html)}`);
  page = await browser.open(proceed);
  if (!page.html.includes('password-new')) throw new Error(`no form: ${textOf(page.html)}`);
  page = await browser.submit(page, { 'password-new': PASSWORD, 'password-confirm': PASSWORD });
  if (page.html.includes('password-new')) throw new Error(`refused: ${textOf(page.html)}`);
}

export interface CodeLogin {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly username: string;
  /** False leaves PKCE out, which must be refused. */
  readonly pkce?: boolean;
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** Its session with Keycloak is that of the tokens. */
  readonly browser: Browser;
}

/** Signs in; the claims of the access token. */
export async function signInByCode(login: CodeLogin): Promise<Record<string, unknown>> {
  const { access } = await takeTokens(login);
  const payload = Buffer.from(access.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(payload) as Record<string, unknown>;
}

/** Authorization code with PKCE (RFC 7636). `browser`: one with a session already. */
export async function takeTokens(
  login: CodeLogin,
  browser = new Browser(new URL(login.issuer).origin),
): Promise<Tokens> {
  const endpoint = `${login.issuer}/protocol/openid-connect`;
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const { clientId, redirectUri } = login;
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: login.scope,
    ...(login.pkce === false ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
  });
  let page = await browser.open(`${endpoint}/auth?${query}`);
  if (!page.url.startsWith(redirectUri)) {
    const credentials = { username: login.username, password: PASSWORD };
    page = await browser.submit(page, credentials);
    // A realm with organizations asks for the name first, to find the person's provider.
    if (page.html.includes('name="password"')) page = await browser.submit(page, credentials);
  }
  page = await tellNames(browser, page);
  const answer = new URL(page.url).searchParams;
  const code = answer.get('code');
  if (code === null) throw new Error(answer.get('error') ?? textOf(page.html));
  const response = await fetch(`${endpoint}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  const given = (await response.json()) as { access_token?: string; refresh_token?: string };
  return { access: given.access_token ?? '', refresh: given.refresh_token ?? '', browser };
}

/** Which of them Keycloak still takes. A refresh token is used up by it. */
export async function askTokens(
  { issuer, clientId }: CodeLogin,
  { access, refresh }: Tokens,
): Promise<{ refresh: boolean; userinfo: boolean }> {
  const endpoint = `${issuer}/protocol/openid-connect`;
  const userinfo = await fetch(`${endpoint}/userinfo`, {
    headers: { authorization: `Bearer ${access}` },
  });
  const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refresh };
  const refreshed = await fetch(`${endpoint}/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { refresh: refreshed.ok, userinfo: userinfo.ok };
}

/** Keycloak asks a new person's names at the first sign-in. */
async function tellNames(browser: Browser, page: Page): Promise<Page> {
  if (!page.html.includes('name="firstName"')) return page;
  const email = /name="email"[^>]*value="([^"]*)"/u.exec(page.html)?.[1] ?? '';
  return browser.submit(page, { firstName: 'Ada', lastName: 'Lovelace', email });
}
