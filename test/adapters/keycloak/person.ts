import { Browser, findHref, textOf } from './browser.ts';
import type { Page } from './browser.ts';

export const PASSWORD = 'correct horse battery staple 7';

/** Somebody at Keycloak's pages, in a browser of their own. */
export class Person {
  readonly email: string;
  readonly password: string;
  readonly browser: Browser;

  constructor(keycloakUrl: string, email: string, password = PASSWORD) {
    this.email = email;
    this.password = password;
    this.browser = new Browser(new URL(keycloakUrl).origin);
  }

  /** Signs in with the password; the page where that ends. */
  async signIn(url: string): Promise<Page> {
    let page = await this.browser.open(url);
    if (hasField(page, 'username') && !hasField(page, 'password'))
      page = await this.#submit(page, { username: this.email });
    if (hasField(page, 'password'))
      page = await this.#submit(page, { username: this.email, password: this.password });
    return this.tellNames(page);
  }

  /** Proves the address and sets a password, by the way that is on the sign-in page. */
  async recover(url: string, mailed: () => Promise<string | undefined>): Promise<Page> {
    let page = await this.browser.open(url);
    if (!hasField(page, 'password')) page = await this.#submit(page, { username: this.email });
    const forgot = findHref(page, /forgot/iu);
    if (forgot === undefined) throw new Error(`no way to a password: ${textOf(page.html)}`);
    page = await this.browser.open(forgot);
    await this.#submit(page, { username: this.email });
    const link = await mailed();
    if (link === undefined) throw new Error('no mail came');
    page = await this.browser.open(link);
    if (hasField(page, 'password-new')) {
      const { password } = this;
      page = await this.#submit(page, { 'password-new': password, 'password-confirm': password });
    }
    return this.tellNames(page);
  }

  /** Keycloak asks a new person's names at the first sign-in. */
  async tellNames(page: Page): Promise<Page> {
    if (!hasField(page, 'firstName')) return page;
    const { email } = this;
    return this.#submit(page, { firstName: 'Ada', lastName: 'Lovelace', email, username: email });
  }

  #submit(page: Page, fields: Record<string, string>): Promise<Page> {
    return this.browser.submit(page, fields);
  }
}

export function hasField({ html }: Page, name: string): boolean {
  return html.includes(`name="${name}"`);
}
