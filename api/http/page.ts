export interface Page<T> {
  readonly rows: readonly T[];
  /** Of the next page; null: there is none. */
  readonly next: string | null;
}

/** `read`: one row more than the page's size where there are so many. `after`: a row's cursor. */
export function pageOf<T>(read: readonly T[], size: number, after: (row: T) => string): Page<T> {
  const rows = read.slice(0, size);
  const last = rows.at(-1);
  return { rows, next: read.length > size && last !== undefined ? after(last) : null };
}
