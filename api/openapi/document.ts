import { stringify } from 'yaml';
import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { ReplySpec, RouteSpec } from '../http/route.ts';
import { PROBLEM_KINDS, problemType } from '../problem-codes.ts';
import type { ProblemCode } from '../problem-codes.ts';

/** Grows with the API; the path's `v1` changes only when old callers would break. */
const API_VERSION = '1.0.0';

const SECURITY = { operator: 'operatorToken', reader: 'readerToken' } as const;

const problemSchema = z
  .object({
    type: z.url().meta({ description: 'Stable URI of the kind of problem.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'One sentence about this occurrence.' }),
    whatToDo: z.string().meta({ description: 'What the caller can do about it.' }),
    errors: z
      .array(z.object({ at: z.string(), detail: z.string() }))
      .optional()
      .meta({
        description:
          'Each wrong member: JSON pointer into the body, `?name` of the query, `{name}` of the path, or a header’s name.',
      }),
    saga: z.uuid().optional().meta({ description: 'The saga that holds the tenant.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

/** The OpenAPI 3.1 document of the routes, as YAML. */
export function formatOpenApi(specs: readonly RouteSpec[]): string {
  return stringify(createOpenApi(specs), { aliasDuplicateObjects: false, lineWidth: 100 });
}

export function createOpenApi(specs: readonly RouteSpec[]) {
  const tags = [...new Set(specs.map(({ tag }) => tag))];
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Tenure',
      version: API_VERSION,
      description:
        'The tenant registry: provisions tenants and publishes signed facts. It answers no authorization question: data planes decide by the facts.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths: pathsOf(specs),
    components: {
      securitySchemes: {
        operatorToken: { type: 'http', scheme: 'bearer', description: '`OPERATOR_TOKEN`' },
        readerToken: {
          type: 'http',
          scheme: 'bearer',
          description: '`READER_TOKEN`: reads facts and nothing else',
        },
      },
    },
  });
}

function pathsOf(specs: readonly RouteSpec[]): ZodOpenApiPathsObject {
  const paths = Map.groupBy(specs, ({ path }) => path.replace('{+', '{'));
  return Object.fromEntries(
    [...paths].map(([path, routes]) => [
      path,
      Object.fromEntries(routes.map((spec) => [spec.method, operationOf(spec)])),
    ]),
  );
}

function operationOf(spec: RouteSpec): ZodOpenApiOperationObject {
  const { operationId, tag, summary, description, params, query, headers } = spec;
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    security: securityOf(spec),
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { header: headers }),
    },
    ...requestBodyOf(spec),
    responses: responsesOf(spec),
  };
}

function requestBodyOf({ body, bodyText }: RouteSpec) {
  if (body === undefined && bodyText === undefined) return {};
  const content =
    bodyText === undefined
      ? { 'application/json': { schema: body } }
      : plain('text/plain', bodyText);
  return { requestBody: { required: true, content } } as Pick<
    ZodOpenApiOperationObject,
    'requestBody'
  >;
}

function securityOf({ access }: RouteSpec) {
  const operator = { [SECURITY.operator]: [] };
  if (access === 'open') return [];
  return access === 'operator' ? [operator] : [operator, { [SECURITY.reader]: [] }];
}

function responsesOf(spec: RouteSpec): ZodOpenApiResponsesObject {
  const replies = Object.entries(spec.replies).map(([status, reply]) => [status, replyOf(reply)]);
  const problems = Map.groupBy(problemsOf(spec), (code) => PROBLEM_KINDS[code].status);
  const refusals = [...problems].map(([status, codes]) => [String(status), refusalOf(codes)]);
  return Object.fromEntries([...replies, ...refusals]) as ZodOpenApiResponsesObject;
}

/** Those of the spec, and those that follow from its parts. */
export function problemsOf(spec: RouteSpec): ProblemCode[] {
  const { access, params, query, headers, body } = spec;
  const takesInput = [params, query, headers, body].some((part) => part !== undefined);
  const codes: ProblemCode[] = [...spec.problems];
  if (access !== 'open') codes.push('internal', 'unauthorized', 'store-unavailable');
  if (access === 'operator') codes.push('forbidden');
  if (spec.counted === true) codes.push('tenant-rate');
  if (takesInput) codes.push('request-invalid');
  if (params !== undefined) codes.push('not-found');
  if (body !== undefined) codes.push('body-malformed');
  if (body !== undefined || spec.bodyText !== undefined)
    codes.push('body-too-large', 'content-type-unsupported');
  return [...new Set(codes)].toSorted(
    (a, b) => PROBLEM_KINDS[a].status - PROBLEM_KINDS[b].status || a.localeCompare(b),
  );
}

function replyOf({ description, body, text, bytes, headers }: ReplySpec): ZodOpenApiResponseObject {
  const content = {
    ...(body === undefined ? {} : { 'application/json': { schema: body } }),
    ...(text === undefined ? {} : plain('text/plain', text)),
    ...(bytes === undefined ? {} : plain('application/octet-stream', bytes)),
  };
  const described = Object.entries(headers ?? {}).map(([name, about]) => [
    name,
    { description: about, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  } as ZodOpenApiResponseObject;
}

function plain(type: string, description: string) {
  return { [type]: { schema: z.string().meta({ description }) } };
}

/** Statuses that say when to ask again (RFC 6585, RFC 9110). */
const ASK_AGAIN = [429, 503];
const RETRY_AFTER = {
  description: 'Seconds to wait until it is sent again.',
  schema: { type: 'integer' },
} as const;

/** `codes`: of one status. */
function refusalOf(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const lines = codes.map((code) => `- \`${problemType(code)}\`: ${PROBLEM_KINDS[code].title}.`);
  const isLater = codes.some((code) => ASK_AGAIN.includes(PROBLEM_KINDS[code].status));
  return {
    description: lines.join('\n'),
    ...(isLater ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
    content: { 'application/problem+json': { schema: problemSchema } },
  };
}
