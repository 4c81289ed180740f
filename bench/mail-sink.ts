import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';

export interface MailSink {
  readonly port: number;
  /** When the first mail to each address was whole, by `performance.now()`. */
  readonly arrivedAtMs: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** A mail server that keeps nothing of a mail but when it came. */
export async function startMailSink(): Promise<MailSink> {
  const arrivedAtMs = new Map<string, number>();
  const receive = async (stream: SMTPServerDataStream, { envelope }: SMTPServerSession) => {
    await once(stream.resume(), 'end');
    const nowMs = performance.now();
    for (const { address } of envelope.rcptTo)
      if (!arrivedAtMs.has(address)) arrivedAtMs.set(address, nowMs);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => void receive(stream, session).then(() => done(), done),
  });
  // A client that hangs up in the middle of a mail sends it again.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    arrivedAtMs,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
