import { condition } from '@temporalio/workflow';
import { INVITATION_MESSAGES, MAX_MAILINGS } from '../../domain/invitation.ts';
import type { Call } from '../shared/call.ts';
import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { commandRefused } from '../shared/failures.ts';
import { receive } from '../shared/message.ts';
import type { InvitationActivities, InvitationTold, MailOrder } from './contract.ts';

/** What a saga knows of its invitation: when it was mailed, and what it was told since. */
export class InvitationLife {
  readonly #input: SagaInput;
  readonly #ref: SagaRef;
  /** Told that the row changed, and how many of those were looked into. */
  #told = 0;
  #seen = 0;
  #mailing = 1;
  #mailed = 0;
  #reminded = false;
  #beganAtMs = 0;
  #over = false;

  constructor(input: SagaInput) {
    this.#input = input;
    this.#ref = { operation: input.operation, tenant: input.tenant };
  }

  /** Takes messages from here on: before the first step, or what comes early is lost. */
  listen(): void {
    for (const name of INVITATION_MESSAGES) {
      const act = name === 'resend' ? () => this.#resend() : () => void (this.#told += 1);
      receive<InvitationTold>(name, (told) => this.#mayTell(name, told), act);
    }
  }

  /** Resolves when the invitation has ended, in its row or by time. */
  async over(call: Call<InvitationActivities>): Promise<void> {
    while (!this.#over) {
      const untilMs = this.#expiresAtMs;
      const told = await condition(
        () => this.#told > this.#seen || this.#expiresAtMs !== untilMs,
        Math.max(1, untilMs - Date.now()),
      );
      const seen = this.#told;
      if (!told) this.#over = true;
      else if (seen > this.#seen) {
        this.#over = !(await call('isInvitationPending', this.#ref));
        this.#seen = seen;
      }
    }
  }

  /** Sends what is due and waits for what comes next; ends by cancellation, when it is over. */
  async keepMailing(call: Call<InvitationActivities>): Promise<void> {
    for (;;) {
      if (this.#mailed < this.#mailing) await this.mail(call);
      else if (!this.#reminded && Date.now() >= this.#remindAtMs) await this.#remind(call);
      else await this.#untilDue();
    }
  }

  /** The link of the newest mailing; those before are dead. */
  async mail(call: Call<InvitationActivities>): Promise<void> {
    const mailing = this.#mailing;
    await call('mailInvitation', this.#ref, this.#order(false));
    this.#mailed = Math.max(this.#mailed, mailing);
  }

  /** Its time begins: with the first mail, and anew with each that is asked for. */
  begin(): void {
    this.#beganAtMs = Date.now();
    this.#reminded = false;
  }

  async #remind(call: Call<InvitationActivities>): Promise<void> {
    const mailing = this.#mailing;
    await call('mailInvitation', this.#ref, this.#order(true));
    // Mailed anew meanwhile: the new link has a reminder of its own.
    if (mailing === this.#mailing) this.#reminded = true;
  }

  async #untilDue(): Promise<void> {
    const isAsked = () => this.#mailed < this.#mailing;
    if (this.#reminded) await condition(isAsked);
    else await condition(isAsked, Math.max(1, this.#remindAtMs - Date.now()));
  }

  get #expiresAtMs(): number {
    return this.#beganAtMs + this.#input.timing.waitMs.invitation;
  }

  get #remindAtMs(): number {
    return this.#beganAtMs + this.#input.timing.waitMs['invitation-reminder'];
  }

  #order(isReminder: boolean): MailOrder {
    return { mailing: this.#mailing, expiresAtMs: this.#expiresAtMs, isReminder };
  }

  #resend(): void {
    this.#mailing += 1;
    this.begin();
  }

  #mayTell(name: string, told: InvitationTold | undefined): void {
    if (told?.invitation !== this.#ref.operation)
      throw commandRefused('It is the saga of another invitation.');
    if (this.#over) throw commandRefused('The invitation has ended.');
    if (name === 'resend' && this.#mailing >= MAX_MAILINGS)
      throw commandRefused(`It was sent ${MAX_MAILINGS} times: revoke it, and invite anew.`);
  }
}
