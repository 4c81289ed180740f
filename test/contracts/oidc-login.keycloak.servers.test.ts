import { randomUUID } from 'node:crypto';
import { createKeycloakLogin } from '../../adapters/keycloak/login.ts';
import { createKeycloakOrganizations } from '../../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../../adapters/keycloak/realm.ts';
import type { Isolation } from '../../domain/isolation.ts';
import { textOf } from '../adapters/keycloak/browser.ts';
import { NOBODY_ELSE } from '../adapters/keycloak/nobody-else.ts';
import { PASSWORD, Person } from '../adapters/keycloak/person.ts';
import { keepSecrets } from '../adapters/keycloak/secrets.ts';
import { aKeycloak } from '../adapters/keycloak/subject.ts';
import { aCall } from './a-call.ts';
import { anIdentityRequest } from './identity.ts';
import { oidcLoginContract } from './oidc-login.ts';
import type { OidcLoginSubject } from './oidc-login.ts';

for (const isolation of ['silo', 'pool'] as const)
  oidcLoginContract(`Keycloak, ${isolation}`, () => makeSubject(isolation));

async function makeSubject(isolation: Isolation): Promise<OidcLoginSubject> {
  const { config, catcher, signedIn } = await aKeycloak();
  const identity =
    isolation === 'silo'
      ? createKeycloakRealms(config, keepSecrets())
      : createKeycloakOrganizations(config, NOBODY_ELSE);
  const request = anIdentityRequest();
  const { issuer } = await identity.ensure(request, aCall());
  const realm = isolation === 'silo' ? request.slug : config.poolRealm;
  const email = `grace-${randomUUID().slice(0, 8)}@acme.example`;
  const client = await signedIn();
  await client.users.create({
    ...{ realm, username: email, email, emailVerified: true, enabled: true },
    ...{ firstName: 'Grace', lastName: 'Hopper' },
    credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
  });
  /** Where Keycloak sends the browser back to us. */
  const back = ({ url, html }: { url: string; html: string }): URLSearchParams => {
    if (!url.startsWith(config.loginCallback)) throw new Error(`${url}: ${textOf(html)}`);
    return new URL(url).searchParams;
  };
  const person = () => new Person(config.adminUrl, email);
  return {
    login: createKeycloakLogin({ redirectUri: config.loginCallback, backchannel: undefined }),
    place: { slug: request.slug, isolation, issuer },
    person: { email, emailVerified: true },
    signIn: async (url) => back(await person().signIn(url)),
    // Its pages have no such button; asked for no page at all, it says as much.
    cancel: async (url) => {
      const asked = url.replace('prompt=login', 'prompt=none');
      return back(await person().browser.open(asked));
    },
    whileSilent: (during) =>
      during({ slug: request.slug, isolation, issuer: `http://127.0.0.1:1/realms/${realm}` }),
    close: () => catcher.close(),
  };
}
