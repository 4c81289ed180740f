import { expect, test } from '@jest/globals';
import { createSmtpNotifier } from '../../adapters/smtp/notifier.ts';
import { startMailSink } from '../../bench/mail-sink.ts';

test('a mail counts when it came, once, however often it is sent', async () => {
  const sink = await startMailSink();
  const login = undefined;
  const from = 'no-reply@example.test';
  const notifier = createSmtpNotifier({
    ...{ host: '127.0.0.1', port: sink.port, security: 'none', from, login },
  });
  const notice = { id: 'n', tenant: 't', kind: 'invitation', subject: 's', text: 'x' } as const;
  const { signal } = new AbortController();
  await notifier.send({ ...notice, to: 'ann@example.test' }, signal);
  const cameAtMs = sink.arrivedAtMs.get('ann@example.test');
  await notifier.send({ ...notice, to: 'ann@example.test' }, signal);
  await notifier.send({ ...notice, to: 'bob@example.test' }, signal);
  expect([...sink.arrivedAtMs.keys()]).toEqual(['ann@example.test', 'bob@example.test']);
  expect(sink.arrivedAtMs.get('ann@example.test')).toBe(cameAtMs);
  await sink.close();
});
