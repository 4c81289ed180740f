import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Notice, Notifier } from '../../ports/notifier.ts';

/** What a person got. */
export interface ReceivedNotice {
  /** Tells two notices apart, and is the same for one that came twice. */
  readonly identity: string;
  readonly subject: string;
  readonly text: string;
}

export interface NotifierSubject {
  readonly notifier: Notifier;
  /** All that arrived at an address, oldest first; or the reason why nothing ever does. */
  readonly received: ((to: string) => readonly ReceivedNotice[]) | string;
  /** All that was logged so far, by whoever logs. */
  logged(): string;
  /** An address that the channel refuses for good; or the reason why there is none. */
  readonly refused: string;
  readonly withWrongCredentials: Notifier | string;
  readonly unreachable: Notifier | string;
  close(): Promise<void>;
}

/** Every adapter of the port runs this suite; a category is left out only with its reason. */
export function notifierContract(name: string, make: () => Promise<NotifierSubject>): void {
  describe(`notifier contract: ${name}`, () => {
    let subject: NotifierSubject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject?.close());
    const soon = () => AbortSignal.timeout(10_000);
    const aNotice = (changes: Partial<Notice> = {}): Notice => ({
      id: randomUUID(),
      tenant: randomUUID(),
      kind: 'invitation',
      to: `ada-${randomUUID()}@acme.example`,
      subject: 'Grüße von Acme – kommen Sie herein',
      text: `Hier entlang:\n\nhttps://acme.example/join?token=${randomUUID()}\n`,
      ...changes,
    });
    const at = (to: string) => (typeof subject.received === 'string' ? [] : subject.received(to));

    test('brings subject and text whole to the recipient alone', async () => {
      const [notice, other] = [aNotice(), aNotice()];
      await subject.notifier.send(notice, soon());
      await subject.notifier.send(other, soon());
      if (typeof subject.received === 'string') {
        return expect(subject.received).toMatch(/ because /);
      }
      const { subject: title, text } = notice;
      expect(at(notice.to)).toEqual([{ identity: expect.any(String), subject: title, text }]);
      expect(at(other.to)).toHaveLength(1);
      expect(at(other.to)[0]?.identity).not.toBe(at(notice.to)[0]?.identity);
    });

    test('a notice that is sent twice can be told to be one', async () => {
      const notice = aNotice();
      await subject.notifier.send(notice, soon());
      await subject.notifier.send(notice, soon());
      if (typeof subject.received === 'string') {
        return expect(subject.received).toMatch(/ because /);
      }
      expect(new Set(at(notice.to).map(({ identity }) => identity)).size).toBe(1);
    });

    test.each([
      ['no address', 'ada'],
      ['two addresses', 'ada@acme.example, eve@evil.example'],
      ['a name with an address', 'Ada <ada@acme.example>'],
      ['a second header line', 'ada@acme.example\r\nBcc: eve@evil.example'],
      ['an address that the channel refuses', undefined],
    ])('%s is refused as invalid and nothing is sent', async (_, given) => {
      const to = given ?? subject.refused;
      if (to.includes(' because ')) return;
      const sending = subject.notifier.send(aNotice({ to }), soon());
      await expect(sending).rejects.toMatchObject({ code: 'invalid', port: 'notifier' });
      expect([...at(to), ...at('ada@acme.example'), ...at('eve@evil.example')]).toEqual([]);
    });

    test('a subject of two lines makes no header', async () => {
      const notice = aNotice({ subject: 'one\r\nBcc: eve@evil.example' });
      await subject.notifier.send(notice, soon()).catch(() => undefined);
      expect(at('eve@evil.example')).toEqual([]);
      for (const { subject: title } of at(notice.to)) expect(title).toContain('Bcc: eve@');
    });

    test('neither log nor error tells who, what or where to', async () => {
      const [notice, refused] = [aNotice(), aNotice({ to: subject.refused })];
      await subject.notifier.send(notice, soon());
      const errors: unknown[] = [];
      for (const failing of [subject.notifier, subject.unreachable, subject.withWrongCredentials]) {
        if (typeof failing === 'string') continue;
        await failing.send(refused, soon()).catch((error: unknown) => errors.push(error));
      }
      const told = [subject.logged(), ...errors.map((error) => inspect(error))].join('\n');
      for (const { to, text, subject: title } of [notice, refused]) {
        for (const secret of [to, title, text.trim().split('\n').at(-1) ?? '']) {
          expect(told).not.toContain(secret);
        }
      }
    });

    test('a stopped call says that nothing is known or done', async () => {
      const [notice, stopped] = [aNotice(), AbortSignal.abort()];
      const code = expect.stringMatching(/^(unknown|unavailable)$/);
      await expect(subject.notifier.send(notice, stopped)).rejects.toMatchObject({ code });
      await expect(subject.notifier.probe(stopped)).rejects.toMatchObject({ code });
      expect(at(notice.to)).toEqual([]);
    });

    test('wrong credentials are told from everything else and nothing is sent', async () => {
      const [notice, notifier] = [aNotice(), subject.withWrongCredentials];
      if (typeof notifier === 'string') return expect(notifier).toMatch(/ because /);
      await expect(notifier.send(notice, soon())).rejects.toMatchObject({ code: 'forbidden' });
      await expect(notifier.probe(soon())).rejects.toMatchObject({ code: 'forbidden' });
      expect(at(notice.to)).toEqual([]);
    });

    test('a server that is not there is unavailable: nothing was sent', async () => {
      const { unreachable: notifier } = subject;
      if (typeof notifier === 'string') return expect(notifier).toMatch(/ because /);
      const code = 'unavailable';
      await expect(notifier.send(aNotice(), soon())).rejects.toMatchObject({ code });
      await expect(notifier.probe(soon())).rejects.toMatchObject({ code });
    });

    test('the probe succeeds while the channel takes our credentials', async () => {
      await expect(subject.notifier.probe(soon())).resolves.toBeUndefined();
    });
  });
}
