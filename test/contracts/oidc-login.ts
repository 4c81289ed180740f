import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LoginError, LoginPlace, OidcLogin } from '../../ports/oidc-login.ts';

export interface OidcLoginSubject {
  readonly login: OidcLogin;
  readonly place: LoginPlace;
  /** Somebody who can sign in there. */
  readonly person: { readonly email: string; readonly emailVerified: boolean };
  /** The person signs in where `url` leads; the query with which the browser comes back. */
  signIn(url: string): Promise<URLSearchParams>;
  /** The same, of a person who cancels; or the reason why nobody can. */
  readonly cancel: ((url: string) => Promise<URLSearchParams>) | string;
  /** Runs `during` while the provider does not answer. */
  whileSilent(during: (place: LoginPlace) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function oidcLoginContract(name: string, make: () => Promise<OidcLoginSubject>): void {
  describe(`login contract: ${name}`, () => {
    let subject: OidcLoginSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());
    const begin = () => subject.login.begin({ place: subject.place, email: subject.person.email });
    const failing = (code: string) => expect.objectContaining({ name: 'LoginError', code });

    test('who signed in is told with the issuer’s word on the address', async () => {
      const { url, secrets } = await begin();
      const query = await subject.signIn(url);
      const claims = await subject.login.finish({ place: subject.place, secrets, query });
      expect(claims).toEqual({
        issuer: subject.place.issuer,
        sub: expect.stringMatching(/^[\x21-\x7e]{1,255}$/),
        email: subject.person.email,
        emailVerified: subject.person.emailVerified,
      });
    });

    test('no two logins share a secret', async () => {
      const [one, other] = [await begin(), await begin()];
      const values = [one, other].flatMap(({ secrets }) => Object.values(secrets) as string[]);
      expect(new Set(values).size).toBe(6);
      expect(new URL(one.url).searchParams.get('state')).toBe(one.secrets.state);
    });

    test.each(['state', 'nonce', 'codeVerifier'] as const)(
      'an answer is refused with another %s, and good without that',
      async (member) => {
        const [{ url, secrets }, other] = [await begin(), await begin()];
        const query = await subject.signIn(url);
        const mixed = { ...secrets, [member]: other.secrets[member] };
        const answer = { place: subject.place, query };
        const refused = subject.login.finish({ ...answer, secrets: mixed });
        await expect(refused).rejects.toEqual(failing('invalid'));
        const again = await begin();
        const theirs = await subject.signIn(again.url);
        const good = { place: subject.place, secrets: again.secrets, query: theirs };
        expect((await subject.login.finish(good)).email).toBe(subject.person.email);
      },
    );

    test('a code is good once', async () => {
      const { url, secrets } = await begin();
      const answer = { place: subject.place, secrets, query: await subject.signIn(url) };
      await subject.login.finish(answer);
      await expect(subject.login.finish(answer)).rejects.toEqual(failing('invalid'));
    });

    test('a code that the provider did not issue is refused', async () => {
      const { url, secrets } = await begin();
      const query = await subject.signIn(url);
      query.set('code', 'of-nobody');
      const finished = subject.login.finish({ place: subject.place, secrets, query });
      await expect(finished).rejects.toEqual(failing('invalid'));
    });

    test('a person who cancels comes back without a login', async () => {
      if (typeof subject.cancel === 'string') return expect(subject.cancel).toMatch(/ because /);
      const { url, secrets } = await begin();
      const query = await subject.cancel(url);
      const finished = subject.login.finish({ place: subject.place, secrets, query });
      await expect(finished).rejects.toEqual(failing('declined'));
    });

    test('a silent provider is told apart from a refusal, at the begin and at the end', async () => {
      const { url, secrets } = await begin();
      const query = await subject.signIn(url);
      await subject.whileSilent(async (place) => {
        const begun = subject.login.begin({ place, email: subject.person.email });
        await expect(begun).rejects.toEqual(failing('unavailable'));
        const finished = subject.login.finish({ place, secrets, query });
        await expect(finished).rejects.toEqual(failing('unavailable'));
      });
    });

    test('no message has the address, the code or a secret in it', async () => {
      const { url, secrets } = await begin();
      const query = await subject.signIn(url);
      const answer = { place: subject.place, query, secrets: { ...secrets, nonce: 'another' } };
      const error = await subject.login.finish(answer).catch((failure: unknown) => failure);
      const { message, code } = error as LoginError;
      const told = `${message} ${code}`;
      const hidden = [subject.person.email, query.get('code') ?? '?', ...Object.values(secrets)];
      for (const text of hidden) expect(told).not.toContain(text);
    });
  });
}
