import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { prepareAttack } from './attack.ts';
import type { Attack } from './attack.ts';

/*
 * The five ways of having an account before its owner has it (Sudhodanan and Paverd, "Pre-hijacked
 * accounts", USENIX Security 2022), against a real Keycloak. Each is refused; and each works, to its
 * end, where what refuses it is switched off.
 */

const OWN_PASSWORD = 'another horse battery staple 8';

let scene: Attack;
let email: string;
beforeEach(async () => {
  scene = await prepareAttack();
  email = scene.anEmail();
});
afterEach(() => scene.close());

const squatted = () =>
  expect(scene.invite(email)).rejects.toMatchObject({ port: 'identity', code: 'foreign' });

/** The owner of the address, who knows nothing of an attack. */
const ownerAccepts = () => {
  const owner = scene.person(email, OWN_PASSWORD);
  return scene.accept(email, (url) => owner.recover(url, scene.mailbox(email)));
};

/** Whoever knows the link but is not the owner. */
const attackerAccepts = () => {
  const attacker = scene.person(email);
  return scene.accept(email, (url) => attacker.signIn(url));
};

test('a newcomer proves the address, accepts, and is bound to a user of their own', async () => {
  await scene.invite(email);
  await scene.invite(email);
  const [user, ...more] = await scene.client.users.find({ realm: scene.realm, email });
  expect(more).toEqual([]);
  expect(await ownerAccepts()).toEqual({ said: 303, state: 'accepted', sub: user?.id });
});

describe('classic-federated merge', () => {
  const federated = async () => {
    const provider = await scene.plantProvider('corporate');
    await provider.claim('owner', email);
    const owner = scene.person(email);
    const mailed = scene.mailbox(email);
    const accept = () =>
      scene.accept(email, async (url) =>
        owner.proceed(await owner.signInElsewhere(url, 'owner'), mailed),
      );
    return { accept };
  };

  test('an account with a password that waits for the owner’s provider is refused, and not merged', async () => {
    await scene.register(email);
    await squatted();
    const { accept } = await federated();
    expect(await accept()).toMatchObject({
      said: expect.stringMatching(/already exists/i),
      state: 'pending',
    });
    expect((await attackerAccepts()).state).toBe('pending');
  });

  test('control: merged without proof, the attacker’s password opens the member’s account', async () => {
    const { id } = await scene.register(email);
    const { accept } = await federated();
    await scene.mergeWithoutProof('corporate');
    expect(await accept()).toEqual({ said: 303, state: 'accepted', sub: id });
    expect(await scene.comeIn((url) => scene.person(email).signIn(url))).toBe(id);
  });
});

describe('unexpired session', () => {
  test('nobody has a session under an address that was not proved', async () => {
    const { id } = await scene.register(email);
    await squatted();
    expect((await attackerAccepts()).state).toBe('pending');
    expect(await scene.sessionsOf(id)).toEqual([]);
  });

  test('a login without proof is refused by us as well', async () => {
    await scene.client.realms.update({ realm: scene.realm }, { verifyEmail: false });
    await scene.register(email);
    expect(await attackerAccepts()).toMatchObject({ said: 403, state: 'pending' });
  });

  test('control: taken for proved, the attacker’s session outlives the owner’s recovery', async () => {
    const { id } = await scene.register(email, { emailVerified: true });
    const attacker = scene.person(email);
    expect(await scene.comeIn((url) => attacker.signIn(url))).toBe(id);
    const [session] = await scene.sessionsOf(id);
    expect(await ownerAccepts()).toEqual({ said: 303, state: 'accepted', sub: id });
    expect(await scene.sessionsOf(id)).toContain(session);
  });
});

describe('trojan identifier', () => {
  const plant = async () => {
    const provider = await scene.plantProvider('rogue');
    const { id: userId } = await provider.claim('mallory', scene.anEmail());
    const { id } = await scene.register(email, { credentials: [] });
    const federatedIdentity = { identityProvider: 'rogue', userId, userName: 'mallory' };
    await scene.client.users.addToFederatedIdentity({
      ...{ realm: scene.realm, id, federatedIdentityId: 'rogue', federatedIdentity },
    });
    return id;
  };

  test('an account to which somebody linked another of theirs is refused', async () => {
    await plant();
    await squatted();
  });

  test('control: not looked for, the linked account opens the member’s', async () => {
    const id = await plant();
    expect(await ownerAccepts()).toEqual({ said: 303, state: 'accepted', sub: id });
    const mallory = scene.person(email);
    expect(await scene.comeIn((url) => mallory.signInElsewhere(url, 'mallory'))).toBe(id);
  });
});

describe('unexpired e-mail change', () => {
  /** Of the attacker's own, proved account. */
  const change = async () => {
    const own = scene.anEmail();
    const { id } = await scene.register(own, { emailVerified: true });
    const attacker = scene.person(own);
    await scene.comeIn((url) => attacker.changeEmail(url, email));
    const { email: held } = (await scene.client.users.findOne({ realm: scene.realm, id }))!;
    return { id, held };
  };

  test('nobody changes their address to another’s, before the invitation or after it', async () => {
    const before = await change();
    expect(before.held).not.toBe(email);
    await scene.invite(email);
    const accepted = await ownerAccepts();
    expect(accepted).toMatchObject({ said: 303, state: 'accepted' });
    expect(accepted.sub).not.toBe(before.id);
    expect((await change()).held).not.toBe(email);
  });

  test('control: where addresses change, the account is refused before the invitation, and the change after it', async () => {
    await scene.client.realms.update({ realm: scene.realm }, { editUsernameAllowed: true });
    const { id, held } = await change();
    expect(held).toBe(email);
    await squatted();
    // Without that refusal the owner would be bound to the attacker's account.
    expect(await ownerAccepts()).toEqual({ said: 303, state: 'accepted', sub: id });
    email = scene.anEmail();
    await scene.invite(email);
    expect((await change()).held).not.toBe(email);
  });
});

describe('a provider that verifies nothing', () => {
  const claim = async () => {
    const provider = await scene.plantProvider('rogue');
    await provider.claim('mallory', email);
    const mallory = scene.person(email);
    const accept = () => scene.accept(email, (url) => mallory.signInElsewhere(url, 'mallory'));
    return { provider, accept };
  };

  test('what it says of an address proves nothing, and its account is refused', async () => {
    const { accept } = await claim();
    expect(await accept()).toMatchObject({
      said: expect.stringMatching(/verify your email address/),
      state: 'pending',
    });
    await squatted();
  });

  test('control: trusted, it gives the invitation to whoever names the address', async () => {
    const { provider, accept } = await claim();
    await provider.trust();
    expect(await accept()).toMatchObject({ said: 303, state: 'accepted' });
  });
});
