/** What a shell script branches on. */
export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command: one sentence of what happened, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  readonly whatToDo: string | undefined;

  constructor(exitCode: ExitCode, message: string, whatToDo?: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.whatToDo = whatToDo;
  }
}
