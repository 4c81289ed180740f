// Writes the Python kit's README from its text and the sample that a test runs.
import { readFileSync } from 'node:fs';
import { ROOT } from '../run-command.ts';
import { writeGenerated } from '../write-generated.ts';

const KIT = 'sdk/python/';
const PLACE = '<!-- sample.py -->';

const text = readFileSync(`${ROOT}${KIT}readme-text.md`, 'utf8');
const sample = readFileSync(`${ROOT}${KIT}sample.py`, 'utf8').trimEnd();

writeGenerated(
  `${KIT}README.md`,
  text.replace(PLACE, () => sample),
);
