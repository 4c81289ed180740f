import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { COOKIE } from '../../../api/accept/cookie.ts';
import { LoginError } from '../../../ports/oidc-login.ts';
import type { LoginErrorCode } from '../../../ports/oidc-login.ts';
import { StoreError } from '../../../ports/registry-store.ts';
import { formatInvitationToken } from '../../../registry/invitation-token.ts';
import { InvitedBrowser } from '../../support/api/invited-browser.ts';
import { activate } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { Answer, TestApi } from '../../support/api/test-api.ts';

let api: TestApi;
let browser: InvitedBrowser;
let tenant: string;
let token: string;

beforeEach(async () => {
  api = await startTestApi();
  browser = new InvitedBrowser(api);
  ({ tenant } = await activate(api));
  token = api.links.invite(tenant);
});
afterEach(() => api.close());

const stateOf = (of = token) => api.links.rows.get(of)?.state;
const warnings = () => api.log.filter((line) => line.includes('"level":40'));
const errors = () => api.log.filter((line) => line.includes('"level":50'));
const link = (of = token) => `/invitations/${of}`;
const rename = (displayName: string) => {
  const row = api.registry.rows.tenants.get(tenant)!;
  api.registry.rows.tenants.set(tenant, { ...row, displayName });
};

describe('the way in', () => {
  test('opening the link shows who invites whom to what, and consumes nothing', async () => {
    rename('Acme & Söhne');
    for (let opens = 0; opens < 3; opens += 1) {
      const page = await browser.open(link());
      expect(page.status).toBe(200);
      expect(page.text).toContain('Acme &amp; Söhne');
      expect(page.text).toContain('grace@acme.example');
      expect(page.text).toContain('org-member');
    }
    expect([stateOf(), browser.cookie, api.engine.messages]).toEqual(['pending', undefined, []]);
  });

  test('the deliberate step, then a login with the invited address, makes a member', async () => {
    const last = await browser.accept(token);
    expect([last.status, stateOf()]).toEqual([200, 'accepted']);
    expect(last.text).toContain('You are a member');
    const { id, identity } = api.links.rows.get(token)!;
    expect(identity?.issuer).toBe('https://id.test/realms/x');
    expect(api.engine.messages).toEqual([[id, expect.objectContaining({ name: 'accept' })]]);
  });

  test('the last page is there again when it is loaded again, without code and state', async () => {
    await browser.accept(token);
    const again = await browser.open('/invitations/joined');
    expect([again.status, again.text.includes('You are a member')]).toEqual([200, true]);
  });

  test('a saga that cannot be told does not keep anybody out', async () => {
    api.engine.mode = 'absent';
    expect((await browser.accept(token)).status).toBe(200);
    expect(stateOf()).toBe('accepted');
  });

  test('names cannot become markup', async () => {
    rename('<script>alert("x")</script>');
    const { text } = await browser.open(link());
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)');
  });
});

describe('one answer to every link that is not open', () => {
  const closed: Record<string, () => string | Promise<string>> = {
    expired: () => api.links.invite(tenant, { expiresAtMs: Date.now() - 1 }),
    used: () => api.links.invite(tenant, { state: 'accepted' }),
    revoked: () => api.links.invite(tenant, { state: 'revoked' }),
    'never mailed': () => api.links.invite(tenant, { expiresAtMs: null }),
    unknown: () => formatInvitationToken(tenant, new Uint8Array(32)),
    'of another tenant': async () => {
      const other = await activate(api, 'other');
      const row = api.links.rows.get(token)!;
      const theirs = formatInvitationToken(other.tenant, new Uint8Array(32).fill(1));
      api.links.rows.set(theirs, row);
      return theirs;
    },
    'of a frozen tenant': () => {
      const row = api.registry.rows.tenants.get(tenant)!;
      api.registry.rows.tenants.set(tenant, { ...row, state: 'frozen' });
      return token;
    },
    'cut short': () => token.slice(0, -1),
    'not ASCII': () => encodeURIComponent('ä'.repeat(64)),
    'of broken percent-encoding': () => '%E0%A4%A',
    'very long': () => 'a'.repeat(4_000),
  };
  const outside = ({ status, text, headers }: Answer) => {
    const same = Object.fromEntries(headers);
    delete same['request-id'];
    delete same['date'];
    return { status, text, same };
  };

  test.each(Object.keys(closed))('%s', async (name) => {
    const reference = outside(await browser.open(link('nothing')));
    expect(reference.status).toBe(404);
    const bad = await closed[name]!();
    expect(outside(await browser.open(link(bad)))).toEqual(reference);
    expect(outside(await browser.press(link(bad)))).toEqual(reference);
    expect([browser.set, api.engine.messages, errors()]).toEqual([[], [], []]);
  });

  test('the answer to an open one differs', async () => {
    expect((await browser.open(link())).status).toBe(200);
  });

  test('an invitation that ends during the login is answered so as well', async () => {
    const reference = await browser.open(link('nothing'));
    const onward = await browser.press(link());
    api.links.rows.set(token, { ...api.links.rows.get(token)!, state: 'revoked' });
    const back = await browser.open(InvitedBrowser.next(onward));
    expect([back.status, back.text]).toEqual([404, reference.text]);
    expect(browser.cookie).toBeUndefined();
  });
});

describe('acceptance is locked to the invited address', () => {
  const KELVIN_SIGN = '\u212a';
  test.each([
    ['another address', { email: 'eve@evil.example' }],
    ['no address', { email: undefined }],
    ['an address that lower-cases to it elsewhere', { email: `${KELVIN_SIGN}im@acme.example` }],
    ['an address that only begins like it', { email: 'kim@acme.example.evil.example' }],
    ['a list that holds it', { email: ['kim@acme.example'] }],
    ['an unverified address', { emailVerified: false }],
    ['the text "true"', { emailVerified: 'true' }],
    ['the number 1', { emailVerified: 1 }],
    ['no word about verification', { emailVerified: undefined }],
    ['another issuer', { issuer: 'https://id.test/realms/other' }],
    ['a subject that no fact could name', { sub: 'a b' }],
  ])('%s is refused, says what to do, and consumes nothing', async (_name, claims) => {
    const offer = api.links.invite(tenant, { email: 'kim@acme.example' });
    api.people.person = claims;
    const page = await browser.accept(offer);
    expect([page.status, stateOf(offer), api.engine.messages]).toEqual([403, 'pending', []]);
    expect(page.text).toContain(`action="/invitations/${offer}"`);
    api.people.person = undefined;
    expect((await browser.accept(offer)).status).toBe(200);
    expect(stateOf(offer)).toBe('accepted');
  });

  test('case of ASCII letters makes no other address', async () => {
    api.people.person = { email: 'GRACE@Acme.Example' };
    expect((await browser.accept(token)).status).toBe(200);
  });

  test('who is a member already is told so', async () => {
    await browser.accept(token);
    const second = api.links.invite(tenant);
    expect((await browser.accept(second)).status).toBe(409);
    expect(stateOf(second)).toBe('pending');
  });
});

describe('only the browser that began a login finishes it', () => {
  test.each<[string, () => string | undefined]>([
    ['without the cookie', () => undefined],
    ['with a changed cookie', () => `${browser.cookie?.slice(0, -2)}AA`],
    ['with garbage', () => 'x'],
  ])('%s nothing is consumed', async (_name, cookie) => {
    const onward = await browser.press(link());
    const kept = browser.cookie;
    browser.cookie = cookie();
    const path = InvitedBrowser.next(onward);
    expect((await browser.open(path)).status).toBe(400);
    expect(stateOf()).toBe('pending');
    browser.cookie = kept;
    expect((await browser.open(path)).status).toBe(303);
  });

  test('the answer to another login is refused', async () => {
    const other = new InvitedBrowser(api);
    const theirs = InvitedBrowser.next(await other.press(link()));
    await browser.press(link());
    expect((await browser.open(theirs)).status).toBe(400);
    expect(stateOf()).toBe('pending');
    expect((await other.open(theirs)).status).toBe(303);
  });

  test('a cookie is for one answer', async () => {
    const onward = await browser.press(link());
    api.people.person = { email: 'eve@evil.example' };
    const wrong = InvitedBrowser.next(onward).replace(/code=[^&]+/, 'code=x');
    expect((await browser.open(wrong)).status).toBe(400);
    expect(browser.cookie).toBeUndefined();
    expect((await browser.open(InvitedBrowser.next(onward))).status).toBe(400);
    expect(stateOf()).toBe('pending');
  });

  test('a cookie is good for fifteen minutes, whatever the browser makes of its age', async () => {
    let aheadMs = 0;
    await api.close();
    api = await startTestApi({ clock: { nowMs: () => Date.now() + aheadMs } });
    browser = new InvitedBrowser(api);
    ({ tenant } = await activate(api));
    token = api.links.invite(tenant);
    const path = InvitedBrowser.next(await browser.press(link()));
    const kept = browser.cookie;
    aheadMs = 900_000;
    expect((await browser.open(path)).status).toBe(400);
    [aheadMs, browser.cookie] = [800_000, kept];
    expect((await browser.open(path)).status).toBe(303);
  });

  test('the cookie is sealed, for this host alone, over TLS, and out of reach of scripts', async () => {
    await browser.press(link());
    const [line = ''] = browser.set;
    expect(line).toMatch(new RegExp(`^${COOKIE}=[\\w-]+; Max-Age=900; Path=/; Expires=[^;]+; `));
    expect(line).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
    expect(Buffer.from(browser.cookie ?? '', 'base64url').toString('latin1')).not.toContain(
      'realms',
    );
  });

  test('a button on another site begins nothing', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const page = await browser.press(link(), { 'Sec-Fetch-Site': site });
      expect([page.status, browser.cookie]).toEqual([403, undefined]);
    }
    expect((await browser.press(link(), { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  });
});

describe('when the login fails', () => {
  test('a person who declines is told that nothing changed, and may try again', async () => {
    api.people.person = 'declines';
    const page = await browser.accept(token);
    expect([page.status, stateOf()]).toEqual([400, 'pending']);
    expect(page.text).toContain(`action="${link()}"`);
  });

  test('a provider that is silent costs nobody the invitation', async () => {
    api.people.reachable = false;
    expect((await browser.press(link())).status).toBe(503);
    api.people.reachable = true;
    const onward = await browser.press(link());
    api.people.reachable = false;
    expect((await browser.open(InvitedBrowser.next(onward))).status).toBe(503);
    expect(stateOf()).toBe('pending');
  });

  const failAt = async (part: 'begin' | 'finish', code: LoginErrorCode) => {
    const cause = new Error('code=the-code for grace@acme.example');
    const fail = () => Promise.reject(new LoginError(code, 'It does not hold.', { cause }));
    await api.close();
    api = await startTestApi({ login: { ...api.people.login, [part]: fail } });
    browser = new InvitedBrowser(api);
    ({ tenant } = await activate(api));
    token = api.links.invite(tenant);
  };

  test.each([
    ['begin', 'unavailable', 503],
    ['begin', 'invalid', 500],
    ['finish', 'unavailable', 503],
    ['finish', 'invalid', 400],
  ] as const)(
    'at its %s as %s, an operator is told so, and nothing that the provider said',
    async (part, code, status) => {
      await failAt(part, code);
      const page = await browser.accept(token);
      expect([page.status, stateOf()]).toEqual([status, 'pending']);
      const told = warnings().map((line) => JSON.parse(line) as object);
      expect(told).toEqual([expect.objectContaining({ code, reason: 'It does not hold.' })]);
      for (const secret of ['the-code', 'grace@', token])
        expect(api.log.join()).not.toContain(secret);
    },
  );

  test('who declines is nobody’s fault: no operator is told', async () => {
    api.people.person = 'declines';
    await browser.accept(token);
    expect(warnings()).toEqual([]);
  });

  test('one that cannot even begin is called our fault, not the person’s delay', async () => {
    await failAt('begin', 'invalid');
    const page = await browser.press(link());
    expect([page.status, page.text]).toEqual([500, expect.stringContaining('fault is ours')]);
    expect([browser.cookie, stateOf()]).toEqual([undefined, 'pending']);
  });

  test('our own failure is a page without its cause', async () => {
    api.breakStore(new Error('the internal text'));
    const page = await browser.open(link());
    expect([page.status, page.headers.get('Content-Type')]).toEqual([
      500,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(page.text).not.toContain('the internal text');
    expect(errors()).toEqual([expect.stringContaining('the internal text')]);
  });

  test('a store that does not answer is a page, and no error of ours', async () => {
    api.breakStore(new StoreError('store-unavailable', 'the internal text'));
    const page = await browser.open(link());
    expect([page.status, page.text.includes('<h1>'), errors()]).toEqual([503, true, []]);
  });
});

describe('what leaves the server', () => {
  test('every page may load nothing, be framed by nobody, be kept nowhere, and tell no referrer', async () => {
    const onward = await browser.press(link());
    const all = [
      await browser.open(link()),
      onward,
      await browser.open(link('nothing')),
      await browser.open('/invitations/callback'),
      await browser.open('/invitations/joined'),
    ];
    for (const { headers, text } of all) {
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('Referrer-Policy')).toBe('no-referrer');
      const policy = headers.get('Content-Security-Policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(text).not.toMatch(/<script|src=|http-equiv="set-cookie"/i);
    }
  });

  test('no log line has the token, the address or what the provider sent', async () => {
    const onward = await browser.press(link());
    const path = InvitedBrowser.next(onward);
    await browser.open(path);
    await browser.open(link('nothing-of-ours'));
    const log = api.log.join('\n');
    expect(log).toContain('"status":303');
    const { searchParams } = new URL(path, 'https://tenure.test');
    const secrets = [token, 'grace@', 'nothing-of-ours', ...searchParams.values()];
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});
