import { FactError } from './errors.ts';

/** One fact on its way: a line of a stream message and of `GET /v1/facts` (DESIGN 4.5). */
export type Line = {
  /** Position in the shard: 1, 2, 3 ... without gaps. */
  position: number;
  /** Position in the whole log: 0, 1, 2 ... */
  index: number;
  /** DSSE envelope, one line of text. */
  envelope: string;
};

const LINE = /^([1-9]\d{0,15}) (0|[1-9]\d{0,15}) (\{[^\n\r]*\})$/;

/** `<shard position> <index> <envelope>`, without the line end. */
export const formatLine = ({ position, index, envelope }: Line): string =>
  `${position} ${index} ${envelope}`;

export const parseLine = (text: string): Line => {
  const [, position, index, envelope] = LINE.exec(text) ?? [];
  if (position === undefined || index === undefined || envelope === undefined) {
    throw new FactError('line-malformed', 'not <position> <index> <envelope>');
  }
  const line = { position: Number(position), index: Number(index), envelope };
  if (!Number.isSafeInteger(line.position) || !Number.isSafeInteger(line.index)) {
    throw new FactError('line-malformed', 'a number beyond 2^53 - 1');
  }
  return line;
};
