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

  /**
   * Sets a password and proves the address, by the ways that are on the sign-in pages and the mails
   * that they send. `mailed`: the next mail's link.
   */
  async recover(url: string, mailed: () => Promise<string>): Promise<Page> {
    let page = await this.browser.open(url);
    if (!hasField(page, 'password')) page = await this.#submit(page, { username: this.email });
    const forgot = findHref(page, /forgot/iu);
    if (forgot === undefined) throw new Error(`no way to a password: ${textOf(page.html)}`);
    page = await this.browser.open(forgot);
    await this.#submit(page, { username: this.email });
    return this.proceed(await this.browser.open(await mailed()), mailed);
  }

  /** Does what the pages ask for, one after the other. */
  async proceed(from: Page, mailed: () => Promise<string>): Promise<Page> {
    const { password } = this;
    let page = await this.tellNames(from);
    for (;;) {
      if (isWaiting(page)) page = await this.browser.open(await mailed());
      else if (hasField(page, 'password-new'))
        page = await this.#submit(page, { 'password-new': password, 'password-confirm': password });
      else return page;
      page = await this.tellNames(page);
    }
  }

  /** Signs in at another provider, by the first link to one on the sign-in page. */
  async signInElsewhere(url: string, username: string): Promise<Page> {
    let page = await this.browser.open(url);
    const [, href] = /href="([^"]+\/broker\/[^"]+)"/u.exec(page.html) ?? [];
    if (href === undefined) throw new Error(`no other provider: ${textOf(page.html)}`);
    page = await this.browser.open(new URL(href.replaceAll('&amp;', '&'), page.url).href);
    page = await this.#submit(page, { username, password: this.password });
    return this.tellNames(page);
  }

  /** Signs in, and asks for another address in the profile, whatever fields the form shows. */
  async changeEmail(url: string, email: string): Promise<Page> {
    const page = await this.browser.open(`${url}&kc_action=UPDATE_PROFILE`);
    const form = await this.#submit(page, { username: this.email, password: this.password });
    const names = { firstName: 'Ada', lastName: 'Lovelace' };
    return this.#submit(form, { ...names, email, username: email });
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

/** Whether Keycloak wants the address proved before it goes on. */
export function isWaiting({ html }: Page): boolean {
  return html.includes('verify your email address');
}

export function hasField({ html }: Page, name: string): boolean {
  return html.includes(`name="${name}"`);
}
