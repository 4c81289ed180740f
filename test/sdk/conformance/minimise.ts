import { askAll } from './ask-all.ts';
import { disagreementOf } from './findings.ts';
import type { Finding } from './findings.ts';
import type { Kit } from './kits.ts';
import { copyOf } from './vectors.ts';
import type { Json } from './vectors.ts';

type Request = { vector: Json };

/** The request with one item of one of its lists left out: lines, or steps of a story. */
const smaller = (request: Request): Request[] => {
  const lists = [['lines'], ['input', 'steps'], ['input', 'keys'], ['input', 'proof']];
  return lists.flatMap((path) => {
    const list = path.reduce<unknown>(
      (value, name) => (value as Json | undefined)?.[name],
      request.vector,
    );
    if (!Array.isArray(list)) return [];
    return list.map((_, at) => {
      const copy = copyOf(request);
      const inner = path.reduce<unknown>((value, name) => (value as Json)[name], copy.vector);
      (inner as unknown[]).splice(at, 1);
      return copy;
    });
  });
};

/** A finding with as few lines and steps as show that kits differ. */
export const minimise = async (kits: readonly Kit[], finding: Finding): Promise<Finding> => {
  if (finding.what === 'accepted' || finding.what === 'refused') return finding;
  const asked = await askAll(kits, smaller(finding.request as Request), (request) => request);
  const still = asked.find(({ answers }) => disagreementOf(answers) === finding.what);
  if (still === undefined) return finding;
  return minimise(kits, { ...finding, answers: still.answers, request: still.item });
};
