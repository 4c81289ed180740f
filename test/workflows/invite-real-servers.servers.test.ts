import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSmtpNotifier } from '../../adapters/smtp/notifier.ts';
import type { Isolation } from '../../domain/isolation.ts';
import { LOGIN, startMailServer } from '../adapters/smtp/mail-server.ts';
import { eventually } from '../support/eventually.ts';
import * as real from '../support/faults/real-outside.ts';
import { aLogin, aTenant, createInviting } from '../support/invitations.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, type World } from '../support/saga-world.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const MAIL_WITHIN_MS = 20_000;
const PATIENT = { attemptTimeoutMs: 30_000, retryBudgetMs: 60_000 };

let keycloak: Awaited<ReturnType<typeof real.realKeycloak>>;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let world: World;
let people: ReturnType<typeof createInviting>;
beforeAll(async () => {
  keycloak = await real.realKeycloak();
  mail = await startMailServer();
  const { host, port } = mail;
  const from = 'no-reply@tenure.test';
  world = await createWorld({
    timing: PATIENT,
    outside: {
      ...memoryOutside(),
      identity: { silo: keycloak.realms(), pool: keycloak.organizations() },
      notifier: createSmtpNotifier({ host, port, from, security: 'none', login: LOGIN }),
    },
  });
  people = createInviting(world);
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await world.close();
  await Promise.all([keycloak.catcher.close(), mail.close()]);
});

/** Null: nothing has come yet. */
function mailed(address: string): string | null {
  const found = mail.received.find(({ recipients }) => recipients.includes(address));
  return found?.mail.text ?? null;
}

/** The groups that a token would carry. */
async function groupsOf(isolation: Isolation, slug: string, sub: string): Promise<unknown[]> {
  const client = await keycloak.signedIn();
  if (isolation === 'silo') {
    const groups = await client.users.listGroups({ realm: slug, id: sub });
    return groups.map(({ name }) => name);
  }
  const realm = keycloak.config.poolRealm;
  const [found] = await client.organizations.find({ realm, search: slug, exact: true });
  const groups = await client.organizations
    .groups(found?.id ?? '')
    .listOrgGroups({ realm, id: sub });
  return groups.map(({ name }) => name);
}

test.each(['silo', 'pool'] as const)(
  'by mail and Keycloak, %s: from the mailed link to the groups of the member',
  async (isolation) => {
    const { tenant, slug, issuer } = await aTenant(world, { isolation });
    const email = `bob-${randomUUID()}@example.test`;
    const operation = await people.invite(tenant, email);
    const text = await eventually(() => mailed(email), { withinMs: MAIL_WITHIN_MS });
    const [, token = ''] = /\/invitations\/([\w-]{64})\n/.exec(text) ?? [];
    const realm = isolation === 'silo' ? slug : keycloak.config.poolRealm;
    const client = await keycloak.signedIn();
    // Made before the mail went out, so that its receiver can sign in.
    const [user] = await client.users.find({ realm, email, exact: true });
    const sub = user?.id ?? '';
    const taken = await people.take(token, aLogin(issuer, email, { sub }));
    expect(taken).toMatchObject({ outcome: 'taken' });
    expect((await world.ended(operation)).state).toBe('done');
    expect(await groupsOf(isolation, slug, sub)).toEqual(['org-members']);
    const member = await world.api.tenants.findMember(tenant, String(operation.input['member']));
    expect(member).toMatchObject({ state: 'active', identity: { issuer, sub } });
    await expectReplays(world, operation);
  },
  TEST_WITHIN_MS,
);
