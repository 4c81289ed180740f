import { parse } from 'yaml';
import { z } from 'zod';
import { readTracked } from '../architecture/tracked-files.ts';

// Strict where a slip would go unnoticed by Docker: order, health, images, secrets.

const condition = z.enum(['service_healthy', 'service_completed_successfully']);
const variables = z.record(z.string(), z.string());

const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  user: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.enum(['unless-stopped', 'on-failure']),
  networks: z.array(z.string()),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: variables.optional(),
  secrets: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
      start_period: z.string().optional(),
    })
    .optional(),
});

const composeFile = z.looseObject({
  name: z.literal('tenure'),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({})),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

export type Service = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof composeFile>;

/** Throws what is wrong with its form, key by key. */
export function parseComposeFile(text: string): ComposeFile {
  return composeFile.parse(parse(text, { merge: true }));
}

export const COMPOSE_TEXT = readTracked('docker-compose.yml');

/** Runs to its end, and others wait for that. */
export function runsOnce(name: string, { services }: ComposeFile): boolean {
  return Object.values(services).some(
    ({ depends_on: on }) => on?.[name]?.condition === 'service_completed_successfully',
  );
}

/** Tags that mean one image for ever: a full version, perhaps with the name of its base. */
export function isPinned(image: string): boolean {
  return /:v?\d+\.\d+(\.\d+){0,2}(-[a-z]+)?$/.test(image);
}
