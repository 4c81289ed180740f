import { PortError } from '../../ports/call.ts';
import { checkEmail } from '../../domain/email.ts';
import type { Notifier } from '../../ports/notifier.ts';

/** One line of a log: fields and a sentence. */
export type WriteLine = (fields: Readonly<Record<string, string>>, sentence: string) => void;

/**
 * Writes down that somebody would have been told, and tells nobody: the default of development. To
 * whom and what stays out of the log.
 */
export function createLogNotifier(write: WriteLine): Notifier {
  return {
    async send({ id, tenant, kind, to }, signal) {
      if (signal.aborted) {
        throw new PortError('notifier', 'unavailable', 'the call was stopped before');
      }
      if (checkEmail(to) !== undefined) {
        throw new PortError('notifier', 'invalid', 'the recipient is no e-mail address');
      }
      write({ notice: id, tenant, kind }, 'a notice was due; no channel is configured');
    },
    async probe(signal) {
      if (signal.aborted) {
        throw new PortError('notifier', 'unavailable', 'the call was stopped before');
      }
    },
  };
}
