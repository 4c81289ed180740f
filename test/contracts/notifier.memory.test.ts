import { createLogNotifier } from '../../adapters/log/notifier.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import { notifierContract } from './notifier.ts';

const noServer = {
  refused: 'none because nobody is asked',
  withWrongCredentials: 'no credentials because it is no server',
  unreachable: 'always there because it is no server',
  close: async () => undefined,
};

notifierContract('memory', async () => {
  const notifier = createMemoryNotifier();
  return {
    ...noServer,
    notifier,
    received: (to) =>
      notifier.sent
        .filter((notice) => notice.to === to)
        .map(({ id, subject, text }) => ({ identity: id, subject, text })),
    logged: () => '',
  };
});

notifierContract('log', async () => {
  const lines: string[] = [];
  return {
    ...noServer,
    notifier: createLogNotifier((...line) => void lines.push(JSON.stringify(line))),
    received: 'nothing arrives because a log reaches nobody',
    logged: () => lines.join('\n'),
  };
});
