import { randomUUID } from 'node:crypto';
import { createKeycloakLogin } from '../../../adapters/keycloak/login.ts';
import { createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import type { Call } from '../../../ports/call.ts';
import type { MailCatcher } from '../../../ports/mail-catcher.ts';
import { textOf } from '../../adapters/keycloak/browser.ts';
import type { Page } from '../../adapters/keycloak/browser.ts';
import { PASSWORD, Person } from '../../adapters/keycloak/person.ts';
import { keepSecrets } from '../../adapters/keycloak/secrets.ts';
import { aKeycloak } from '../../adapters/keycloak/subject.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';
import { eventually } from '../../support/eventually.ts';
import { InvitedBrowser } from '../../support/api/invited-browser.ts';
import { activate } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import { mergeWithoutProof, plantProvider } from './rogue-provider.ts';

const MAIL_WITHIN_MS = 20_000;

export type Attack = Awaited<ReturnType<typeof prepareAttack>>;

/** The real pages of Tenure before a real realm of Keycloak, and who meets there. */
export async function prepareAttack() {
  const { config, catcher, signedIn } = await aKeycloak();
  const identity = createKeycloakRealms(config, keepSecrets());
  const request = anIdentityRequest();
  const { slug: realm } = request;
  const call: Call = aCall();
  const { issuer } = await identity.ensure(request, call);
  const login = createKeycloakLogin({
    redirectUri: config.loginCallback,
    backchannel: undefined,
  });
  const api = await startTestApi({ login });
  const { tenant } = await activate(api);
  const row = there(api.registry.rows.tenants.get(tenant));
  api.registry.rows.tenants.set(tenant, { ...row, slug: realm, issuer });
  const place = { slug: realm, isolation: 'silo', issuer } as const;
  const client = await signedIn();
  const isBack = ({ url }: Page) => url.startsWith(config.loginCallback);

  /** From the mailed link over the sign-in pages to our last page, or to Keycloak's. */
  async function accept(email: string, signIn: (url: string) => Promise<Page>) {
    const token = api.links.invite(tenant, { email });
    const browser = new InvitedBrowser(api);
    const onward = await browser.press(`/invitations/${token}`);
    const page = await signIn(InvitedBrowser.leads(onward));
    const back = isBack(page)
      ? await browser.open(`/invitations/callback${new URL(page.url).search}`)
      : undefined;
    const said = back?.status ?? textOf(page.html);
    const { state, identity: bound } = there(api.links.rows.get(token));
    return { said, state, sub: bound?.sub };
  }

  return {
    ...{ realm, client, accept },
    anEmail: () => `v-${randomUUID().slice(0, 8)}@acme.example`,
    person: (email: string, password?: string) => new Person(config.adminUrl, email, password),
    /** Links of the mails to an address, one after the other. */
    mailbox: (email: string) => mailboxOf(catcher, email),
    /** What the saga does before it mails: the guard. */
    invite: (email: string) => identity.ensureInvited({ slug: realm, email }, call),
    /** A user with a password, as a registration of theirs makes one. */
    register: (email: string, over: object = {}) =>
      client.users.create({
        ...{ realm, username: email, email, emailVerified: false, enabled: true },
        ...{ firstName: 'Ada', lastName: 'Lovelace' },
        credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
        ...over,
      }),
    /** A provider whose word on addresses is worth nothing, linked to the realm as `alias`. */
    plantProvider: (alias: string) => plantProvider(client, config.adminUrl, realm, alias),
    /** The mistake that merges accounts: a first login that links whatever has the address. */
    mergeWithoutProof: (alias: string) => mergeWithoutProof(client, realm, alias),
    /** Signs in again as from the tenant's front end; who that is, or undefined. */
    comeIn: async (signIn: (url: string) => Promise<Page>): Promise<string | undefined> => {
      const { url, secrets } = await login.begin({ place, email: 'anybody@acme.example' });
      const page = await signIn(url);
      if (!isBack(page)) return undefined;
      const query = new URL(page.url).searchParams;
      return (await login.finish({ place, secrets, query })).sub;
    },
    sessionsOf: async (id: string) =>
      (await client.users.listSessions({ realm, id })).map((session) => session.id),
    close: () => Promise.all([api.close(), catcher.close()]),
  };
}

function mailboxOf(catcher: MailCatcher, email: string): () => Promise<string> {
  let last: string | undefined;
  return () =>
    eventually(
      async () => {
        const link = await catcher.findLink(email, AbortSignal.timeout(MAIL_WITHIN_MS));
        if (link === undefined || link === last) throw new Error('no new mail');
        last = link;
        return link;
      },
      { what: `a mail to ${email}` },
    );
}

function there<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('the row is gone');
  return row;
}
