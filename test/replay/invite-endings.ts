import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { aLogin, aTenant, createInviting, mailsTo, tokenIn } from '../support/invitations.ts';
import type { Fault } from '../support/sagas/faults.ts';
import type { Ending, Stage } from './endings.ts';

const REFUSED: Fault = { kind: 'refused', code: 'invalid' };
const UNAVAILABLE: Fault = { kind: 'refused', code: 'unavailable' };
/** More attempts than any budget here allows. */
const MANY = 1_000;

/** Every way in which an invitation ends, by the name of its file. */
export const INVITE_ENDINGS: Readonly<Record<string, Ending>> = {
  'invite-accepted': inviteAccepted,
  'invite-sent-again-accepted': inviteSentAgain,
  'invite-reminded-expired': inviteExpired,
  'invite-revoked': inviteRevoked,
  'invite-mail-parked-revoked': inviteParkedRevoked,
  'invite-refused': inviteRefused,
};

async function invited(stage: Stage, over: Partial<SagaTiming> = {}, ...faults: readonly Fault[]) {
  const { world, plan } = stage;
  const people = createInviting(world);
  const { tenant, issuer } = await aTenant(world);
  const email = `bob@${tenant}.test`;
  const operation = await people.accepted(tenant, email);
  plan.plan(operation.id, 'notifier.send', ...faults);
  await world.start(operation, { ...people.patient, ...over });
  const accept = async (mailing: number) => {
    const mails = await mailsTo(world.outside.notifier, email, mailing);
    await people.take(tokenIn(mails.at(-1)), aLogin(issuer, email));
  };
  return { world, people, operation, accept };
}

async function inviteAccepted(stage: Stage): Promise<Operation> {
  const { world, operation, accept } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await accept(1);
  return world.ended(operation);
}

async function inviteSentAgain(stage: Stage): Promise<Operation> {
  const { world, people, operation, accept } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await people.resend(operation, 'again');
  await accept(2);
  return world.ended(operation);
}

async function inviteExpired(stage: Stage): Promise<Operation> {
  const waitMs = { ...stage.world.timing.waitMs, 'invitation-reminder': 300, invitation: 1_500 };
  const { world, operation } = await invited(stage, { waitMs });
  return world.ended(operation);
}

async function inviteRevoked(stage: Stage): Promise<Operation> {
  const { world, people, operation } = await invited(stage);
  await world.reached(operation, ['waiting']);
  await people.revoke(operation);
  return world.ended(operation);
}

async function inviteParkedRevoked(stage: Stage): Promise<Operation> {
  const away = Array<Fault>(MANY).fill(UNAVAILABLE);
  const { world, people, operation } = await invited(stage, { retryBudgetMs: 300 }, ...away);
  await world.reached(operation, ['parked']);
  await people.revoke(operation);
  return world.ended(operation);
}

async function inviteRefused({ world, plan }: Stage): Promise<Operation> {
  const people = createInviting(world);
  const { tenant } = await aTenant(world);
  const operation = await people.accepted(tenant, `bob@${tenant}.test`);
  plan.plan(operation.id, 'store.commitInvitation', REFUSED);
  await world.start(operation);
  return world.ended(operation);
}
