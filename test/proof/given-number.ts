/** What an option of a command was given as a number; anything else would quietly choose nothing. */
export function givenNumber(option: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new TypeError(`--${option} takes a number from 0 up, not "${text}"`);
}

/** Ends the command with exit code 2 and one sentence where what it was given cannot be read. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
