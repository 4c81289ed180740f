import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { quiet } from '../../../tools/servers/progress.ts';
import { startStack } from '../../../tools/stack/stack.ts';
import type { Stack } from '../../../tools/stack/stack.ts';
import { RegistryClient } from '../../../tools/demo/registry-client.ts';
import type { MemberAnswer, SagaAnswer } from '../../../tools/demo/registry-client.ts';
import { aKeycloak } from '../../adapters/keycloak/subject.ts';
import { startChromium } from '../../support/chromium.ts';
import { startMailbox } from '../../support/mailbox.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const PASSWORD = 'correct horse battery staple 7';

/*
 * The whole way of an invited person: the registry's own processes, Keycloak, mail by SMTP and
 * Chromium, from the mailed link to the fact that is signed in the log.
 */
let mailbox: Awaited<ReturnType<typeof startMailbox>>;
let stack: Stack;
let registry: RegistryClient;
let chromium: Browser;
let close: () => Promise<unknown>;

beforeAll(async () => {
  mailbox = await startMailbox();
  const { config, catcher } = await aKeycloak();
  const dir = mkdtempSync(join(tmpdir(), 'tenure-accept-'));
  chromium = await startChromium();
  stack = await startStack({
    dir,
    progress: quiet,
    environment: {
      KEYCLOAK_ADMIN_URL: config.adminUrl,
      KEYCLOAK_CLIENT_ID: config.clientId,
      KEYCLOAK_CLIENT_SECRET: config.clientSecret,
      KEYCLOAK_POOL_REALM: config.poolRealm,
      SMTP_HOST: mailbox.host,
      SMTP_PORT: String(mailbox.port),
      SMTP_SECURITY: 'none',
    },
  });
  registry = new RegistryClient(stack.api.url, stack.operatorToken);
  close = async () => {
    await Promise.all([chromium.close(), stack.stop(), catcher.close(), mailbox.close()]);
    rmSync(dir, { recursive: true, force: true });
  };
}, SETUP_WITHIN_MS);
afterAll(() => close(), SETUP_WITHIN_MS);

describe.each(['silo', 'pool'] as const)('%s', (isolation) => {
  test(
    'from the mail’s link to the joined member and the fact',
    async () => {
      const { tenant, member, saga, email } = await invite(isolation);
      const errors: string[] = [];
      const page = await (await chromium.newContext()).newPage();
      page.on('console', (line) => {
        if (line.type() === 'error' && page.url().startsWith(stack.api.url))
          errors.push(line.text());
      });

      await page.goto(await mailbox.nextLink(email));
      expect(await page.textContent('h1')).toBe('Join Acme');
      expect(await page.evaluate(() => getComputedStyle(document.body).maxWidth)).toBe('512px');
      expect(await stateOf(tenant, member)).toBe('pending');
      await page.click('text=Accept and sign in');
      await proveAddress(page, email);
      expect(await page.textContent('h1')).toBe('Welcome to Acme');
      expect(page.url()).toBe(`${stack.api.url}/invitations/joined`);
      expect(errors).toEqual([]);

      expect((await registry.follow(saga)).state).toBe('done');
      const { members } = await listMembers(tenant);
      const joined = members.find(({ id }) => id === member);
      expect(joined).toMatchObject({ state: 'active', roles: ['org-member'] });
      expect(await factOf(tenant, member)).toEqual({
        state: 'active',
        identity: joined?.identity,
        roles: ['org-member'],
      });
    },
    TEST_WITHIN_MS,
  );
});

/** An active tenant, and somebody invited to it. */
async function invite(isolation: string) {
  const slug = `t-${randomUUID().slice(0, 8)}`;
  const created = await registry.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', {
    ...{ slug, displayName: 'Acme', isolation },
    admin: { email: `ada@${slug}.example` },
  });
  const { tenant } = await registry.follow(created.saga.id);
  const email = `grace@${slug}.example`;
  const invited = await registry.call<{
    invitation: { member: string };
    saga: SagaAnswer;
  }>('POST', `/v1/tenants/${tenant}/invitations`, { email, roles: ['org-member'] });
  return { tenant, email, member: invited.invitation.member, saga: invited.saga.id };
}

/** At Keycloak, as somebody who never was there: a password and the address, by mail. */
async function proveAddress(page: Page, email: string): Promise<void> {
  // A realm with organizations knows the address already, and asks for the password alone.
  await page.waitForSelector('input[name=password]');
  expect(await page.content()).toContain(email);
  await page.click('text=Forgot Password?');
  await page.waitForSelector('text=Enter your username or email');
  if (await page.isVisible('input[name=username]')) await page.fill('input[name=username]', email);
  await page.click('[type=submit]');
  await page.waitForSelector('text=You should receive an email shortly');
  await page.goto(await mailbox.nextLink(email));
  while (!page.url().startsWith(stack.api.url)) await answer(page, email);
}

/** Whatever Keycloak's page asks for. */
async function answer(page: Page, email: string): Promise<void> {
  const asks = async (name: string) => (await page.locator(`input[name=${name}]`).count()) > 0;
  if (await asks('password-new')) {
    await page.fill('input[name=password-new]', PASSWORD);
    await page.fill('input[name=password-confirm]', PASSWORD);
  } else if (await asks('firstName')) {
    await page.fill('input[name=firstName]', 'Grace');
    await page.fill('input[name=lastName]', 'Hopper');
  } else {
    await page.waitForSelector('text=verify your email address');
    await page.goto(await mailbox.nextLink(email));
    return;
  }
  await Promise.all([page.waitForEvent('load'), page.click('[type=submit]')]);
}

type Member = MemberAnswer & { readonly state: string };

function listMembers(tenant: string): Promise<{ members: Member[] }> {
  return registry.call('GET', `/v1/tenants/${tenant}/members`);
}

async function stateOf(tenant: string, member: string): Promise<string | undefined> {
  const { members } = await listMembers(tenant);
  return members.find(({ id }) => id === member)?.state;
}

/** Body of the newest signed fact about the member. */
async function factOf(tenant: string, member: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ payload: Buffer }>(
      'select payload from facts where tenant = $1 order by seq desc',
      [tenant],
    );
    const facts = rows.map(({ payload }) => JSON.parse(payload.toString()) as Fact);
    return facts.find(({ subject }) => subject === `member:${member}`)?.body;
  } finally {
    await client.end();
  }
}

interface Fact {
  readonly subject: string;
  readonly body: unknown;
}
