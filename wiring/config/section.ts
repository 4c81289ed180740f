import { z } from 'zod';

/** What the reference page says about a variable; it stands in the schema and cannot go stale. */
export interface VariableMeta {
  /** One sentence: what it is, in which unit. */
  readonly about: string;
  /** The text that stands for an unset variable. */
  readonly defaultsTo?: string;
  /** Also read from the file that `<NAME>_FILE` names; never printed. */
  readonly secret?: true;
}

export const VARIABLES = z.registry<VariableMeta>();

/** Reports one more wrong variable: the sentence goes on after the variable's name. */
export type Refuse = (variable: string, sentence: string) => void;

type Shape = Readonly<Record<string, z.ZodType>>;
type Values<V extends Shape> = { readonly [K in keyof V]: z.output<V[K]> };

/** The variables of one adapter or one concern, and what the program gets to see of them. */
export interface Section<T> {
  readonly title: string;
  readonly about: string;
  readonly variables: Shape;
  /** Undefined when at least one variable is wrong; each was refused then. */
  parse(env: Readonly<Record<string, string | undefined>>, refuse: Refuse): T | undefined;
}

export function section<V extends Shape, T>(definition: {
  readonly title: string;
  readonly about: string;
  readonly variables: V;
  /** From variable names to the program's words; checks what one variable alone cannot show. */
  readonly build: (values: Values<V>, refuse: Refuse) => T;
}): Section<T> {
  const { title, about, variables, build } = definition;
  const schema = z.object(variables);
  return {
    title,
    about,
    variables,
    parse: (env, refuse) => {
      const parsed = schema.safeParse(env);
      if (parsed.success) return build(parsed.data as Values<V>, refuse);
      for (const { path, message } of parsed.error.issues) refuse(String(path[0]), message);
      return undefined;
    },
  };
}

/** Refuses each of the variables that is missing while `leader` is set. */
export function requireWith(
  leader: string,
  values: Readonly<Record<string, unknown>>,
  variables: readonly string[],
  refuse: Refuse,
): void {
  for (const variable of variables) {
    if (values[variable] === undefined) refuse(variable, `is missing, and ${leader} needs it`);
  }
}
