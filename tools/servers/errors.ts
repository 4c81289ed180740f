export type ServerErrorCode =
  | 'missing-tool' // something must be installed by the person; the message says what
  | 'command-failed' // a build or download command ended with an error
  | 'port-taken' // somebody else listens on the port
  | 'exited' // the server ended before it was ready
  | 'not-ready'; // the server runs, but did not answer in time

/** Why a server could not be had or started; the message is meant for people. */
export class ServerError extends Error {
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerError';
    this.code = code;
  }
}
