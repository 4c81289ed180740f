// Writes docs/reference/errors.md from the API's closed tables; --check compares only.
import { formatErrorsReference } from '../api/errors-reference.ts';
import { writeGenerated } from './write-generated.ts';

if (import.meta.main) writeGenerated('docs/reference/errors.md', formatErrorsReference());
