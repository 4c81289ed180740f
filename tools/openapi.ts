// Writes openapi.yaml from the routes' specs; --check compares only.
import { formatOpenApi } from '../api/openapi/document.ts';
import { ROUTES } from '../api/routes.ts';
import { writeGenerated } from './write-generated.ts';

if (import.meta.main) writeGenerated('openapi.yaml', formatOpenApi(ROUTES.map(({ spec }) => spec)));
