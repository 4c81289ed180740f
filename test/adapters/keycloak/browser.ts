/** A page as a person sees it: where it is and what it says. */
export interface Page {
  readonly url: string;
  readonly html: string;
}

const MAX_REDIRECTS = 10;

/** Follows links and posts forms as a browser does, on one server, with its cookies. */
export class Browser {
  readonly #origin: string;
  /** Values by path and name: two realms use the same names. */
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  open(url: string): Promise<Page> {
    return this.#go(url, {});
  }

  /** Posts the page's only form with these fields. */
  submit(page: Page, fields: Record<string, string>): Promise<Page> {
    const action = unescapeHtml(/<form[^>]*\saction="([^"]+)"/u.exec(page.html)?.[1] ?? '');
    if (action === '') throw new Error(`no form at ${page.url}: ${textOf(page.html)}`);
    const body = new URLSearchParams(fields);
    return this.#go(new URL(action, page.url).href, { method: 'POST', body });
  }

  /** Redirects are followed up to the first that leaves the server: the tenant's front end. */
  async #go(url: string, init: RequestInit): Promise<Page> {
    let [target, request] = [url, init];
    for (let redirects = 0; redirects < MAX_REDIRECTS; redirects += 1) {
      if (new URL(target).origin !== this.#origin) return { url: target, html: '' };
      const headers = { cookie: this.#cookiesFor(new URL(target).pathname) };
      const response = await fetch(target, { ...request, headers, redirect: 'manual' });
      for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
      const location = response.headers.get('location');
      if (location === null) return { url: target, html: await response.text() };
      [target, request] = [new URL(location, target).href, {}];
    }
    throw new Error(`too many redirects at ${target}`);
  }

  #cookiesFor(place: string): string {
    const held = [...this.#cookies].filter(([path]) => place.startsWith(path));
    return held.flatMap(([, values]) => Array.from(values, (pair) => pair.join('='))).join('; ');
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(cookie) ?? [];
    const [, path = '/'] = /;\s*path=([^;]+)/iu.exec(cookie) ?? [];
    const values = this.#cookies.get(path) ?? new Map<string, string>();
    this.#cookies.set(path, values);
    if (/;\s*max-age=0/iu.test(cookie)) values.delete(name);
    else values.set(name, value);
  }
}

/** Target of the first link whose text matches. */
export function findHref(page: Page, text: RegExp): string | undefined {
  for (const [, href = '', label = ''] of page.html.matchAll(
    /<a[^>]*href="([^"]+)"[^>]*>([^]*?)<\/a>/gu,
  )) {
    if (text.test(label)) return new URL(unescapeHtml(href), page.url).href;
  }
  return undefined;
}

export function textOf(html: string): string {
  return html
    .replaceAll(/<(script|style)[^]*?<\/\1>/gu, '')
    .replaceAll(/<[^>]+>/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .slice(0, 1_000);
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').replaceAll('&#61;', '=');
}
