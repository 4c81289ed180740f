/**
 * Development only: the mails that the identity provider sent, so that the invite link can be
 * shown with the saga. Absent in production, where links are for the invited person alone.
 */
export interface MailCatcher {
  /** The newest link mailed to `recipient`, or undefined when none arrives before `signal`. */
  findLink(recipient: string, signal: AbortSignal): Promise<string | undefined>;
}
