import { COOKIE } from '../../../api/accept/cookie.ts';
import type { Answer, TestApi } from './test-api.ts';

/** A browser of an invited person at the public pages, and the one cookie that it may keep. */
export class InvitedBrowser {
  readonly #api: TestApi;
  cookie: string | undefined;
  /** All `Set-Cookie` headers so far. */
  readonly set: string[] = [];

  constructor(api: TestApi) {
    this.#api = api;
  }

  open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#go('GET', path, headers);
  }

  press(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#go('POST', path, headers);
  }

  /** Where the page leads by itself. */
  static leads({ text, headers }: Answer): string {
    const [, url = headers.get('Location') ?? ''] = /content="0; url=([^"]+)"/.exec(text) ?? [];
    return new URL(url.replaceAll('&amp;', '&'), 'https://tenure.test').href;
  }

  /** The same, as a path of this server. */
  static next(answer: Answer): string {
    const { pathname, search } = new URL(InvitedBrowser.leads(answer));
    return pathname + search;
  }

  /** From the link to the last page. */
  async accept(token: string): Promise<Answer> {
    const onward = await this.press(`/invitations/${token}`);
    if (onward.status !== 200) return onward;
    const back = await this.open(InvitedBrowser.next(onward));
    return back.status === 303 ? this.open(InvitedBrowser.next(back)) : back;
  }

  async #go(method: string, path: string, headers: object): Promise<Answer> {
    const cookie = this.cookie === undefined ? {} : { Cookie: `a=b; ${COOKIE}=${this.cookie}` };
    const answer = await this.#api.ask({
      ...{ method, path, token: null },
      headers: { ...cookie, ...headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      this.set.push(line);
      const value = line.slice(COOKIE.length + 1).split(';')[0];
      this.cookie = value === '' ? undefined : value;
    }
    return answer;
  }
}
