import { z } from 'zod';
import { checkEmail } from '../../domain/email.ts';
import { ISOLATION_MODES } from '../../domain/isolation.ts';
import { checkSlug, SLUG_MAX_CHARS, SLUG_MIN_CHARS } from '../../domain/slug.ts';
import type { SlugProblem } from '../../domain/slug.ts';

const NAME_MAX_CHARS = 200;
const URL_MAX_CHARS = 2_000;
const SECRET_MAX_CHARS = 1_000;
const EMAIL_MAX_CHARS = 254;
/** A tenant brings a handful; each is validated and stored with the request. */
const IDENTITY_PROVIDERS_MAX = 20;

export const SLUG_SENTENCES: Readonly<Record<SlugProblem, string>> = {
  'slug-length': `Must have ${SLUG_MIN_CHARS} to ${SLUG_MAX_CHARS} characters.`,
  'slug-characters': 'Must be lower case letters, digits and dashes only.',
  'slug-dash': 'Must not begin or end with a dash, nor have two in third and fourth place.',
  'slug-reserved': 'Is a reserved word.',
};

export const EMAIL_SENTENCE = 'Must be an e-mail address.';

const slug = z
  .string()
  .superRefine((text, context) => {
    const problem = checkSlug(text);
    if (problem !== undefined)
      context.addIssue({ code: 'custom', message: SLUG_SENTENCES[problem] });
  })
  .meta({
    description:
      'Name in URLs and first label of the host. Reserved words are refused; free again when the provisioning fails.',
    minLength: SLUG_MIN_CHARS,
    maxLength: SLUG_MAX_CHARS,
    pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])$',
    example: 'acme',
  });

const email = z
  .string()
  .superRefine((text, context) => {
    if (checkEmail(text) !== undefined)
      context.addIssue({ code: 'custom', message: EMAIL_SENTENCE });
  })
  .meta({ format: 'email', maxLength: EMAIL_MAX_CHARS, example: 'ada@acme.example' });

/** Control characters have no place in a name, and Postgres takes no NUL. */
const line = (maxChars: number) =>
  z
    .string()
    .min(1, 'Must not be empty.')
    .max(maxChars, `Must have ${maxChars} characters or less.`)
    // oxlint-disable-next-line no-control-regex -- that is what is refused
    .regex(/^[^\u0000-\u001f\u007f]+$/, 'Must be one line without control characters.');

const httpsUrl = z
  .string()
  .max(URL_MAX_CHARS, 'Is too long.')
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', {
    message: 'Must be an https URL.',
  })
  .meta({ format: 'uri' });

const identityProvider = z
  .strictObject({
    alias: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Must be lower case letters, digits and dashes.')
      .meta({ description: 'Unique in the tenant.', example: 'corp' }),
    issuer: httpsUrl,
    authorizationUrl: httpsUrl,
    tokenUrl: httpsUrl,
    jwksUrl: httpsUrl,
    userInfoUrl: httpsUrl.optional(),
    clientId: line(NAME_MAX_CHARS),
    clientSecret: line(SECRET_MAX_CHARS).meta({
      description: 'Sealed at rest and given to the identity provider; never shown again.',
      writeOnly: true,
    }),
  })
  .meta({ id: 'IdentityProvider', description: 'An OpenID Connect provider of the tenant’s own.' });

export const createTenantBody = z
  .strictObject({
    slug,
    displayName: line(NAME_MAX_CHARS)
      .optional()
      .meta({ description: 'The slug when absent.', example: 'Acme Inc.' }),
    isolation: z
      .enum(ISOLATION_MODES, `Must be one of ${ISOLATION_MODES.join(', ')}.`)
      .default('silo')
      .meta({
        description:
          '`silo`: an identity realm of its own. `pool`: an organization in a shared one.',
      }),
    plan: line(NAME_MAX_CHARS).default('free').meta({ description: 'A plan of the catalog.' }),
    demo: z.boolean().default(false).meta({ description: 'Marks a tenant for show.' }),
    trial: z
      .boolean()
      .default(false)
      .meta({ description: 'Begins with a trial of the plan, which freezes it at its end.' }),
    admin: z.strictObject({ email }).meta({ description: 'The first admin, who is invited.' }),
    identityProviders: z
      .array(identityProvider)
      .max(IDENTITY_PROVIDERS_MAX, `Must be ${IDENTITY_PROVIDERS_MAX} or less.`)
      .default([])
      .refine((list) => new Set(list.map(({ alias }) => alias)).size === list.length, {
        message: 'Each alias must stand once.',
      }),
  })
  .meta({ id: 'CreateTenant' });
