/** The environment does not make a configuration. Free of values: they may be secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One sentence per wrong variable, which it begins with. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.problems = problems;
  }
}
