import { checkEmail } from '../../domain/email.ts';
import { PortError } from '../../ports/call.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { overNetwork } from './faults.ts';
import type { Faults } from './faults.ts';

/** `sent` is what arrived, oldest first, with what arrived twice. */
export interface MemoryNotifier extends Notifier {
  readonly sent: readonly Notice[];
}

export function createMemoryNotifier(options: { faults?: Faults } = {}): MemoryNotifier {
  const sent: Notice[] = [];
  const send = <T>(method: string, signal: AbortSignal, effect: () => T) =>
    overNetwork(options.faults, signal, 'notifier', method, effect);
  return {
    sent,
    send: (notice, signal) =>
      send('send', signal, () => {
        if (checkEmail(notice.to) !== undefined) {
          throw new PortError('notifier', 'invalid', 'the recipient is no e-mail address');
        }
        sent.push(notice);
      }),
    probe: (signal) => send('probe', signal, () => undefined),
  };
}
