// The whole transform: what Node itself does with a .ts file, so tests run what production runs.
import { stripTypeScriptTypes } from 'node:module';

export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
