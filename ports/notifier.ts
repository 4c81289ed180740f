/** A message to one person, about something that is true already (DESIGN 5.6: after the pivot). */
export interface Notice {
  /** UUID; the same for every attempt, so that a message that arrives twice shows as one. */
  readonly id: string;
  /** UUID of the tenant. */
  readonly tenant: string;
  /** What it is about, in a word for logs and metrics, e.g. `invitation`. */
  readonly kind: string;
  /** E-mail address, as it was given. */
  readonly to: string;
  /** One line. */
  readonly subject: string;
  /** Plain text; a link in it may be a secret. */
  readonly text: string;
}

/**
 * Tells people. Address, subject and text are personal data and secrets: no adapter writes them
 * into a log or an error, not into `cause` either.
 *
 * Who retries: the saga; a retry may arrive a second time, with the same id. Durability: an
 * answered call was taken for delivery; whether it is ever read shows elsewhere. Nothing is taken
 * back, so there is no undo, no mark and no inventory.
 */
export interface Notifier {
  /** Rejects with `invalid` when the address is none, or the channel refuses it for good. */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
  /** Resolves when the channel answers and accepts our credentials. */
  probe(signal: AbortSignal): Promise<void>;
}
