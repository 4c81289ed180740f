import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import express from 'express';
import type { Mounted } from '../http/server.ts';

/*
 * The API's reference page. It and the document hold no data, so they are open like this
 * repository is; everything comes from this server, nothing from elsewhere.
 */

const ASSETS = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ASSET_NAMES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** Swagger UI sets styles of its own at run time; scripts come from files only. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Tenure API</title>
  <link rel="icon" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <noscript>This page needs JavaScript; the document itself is at <a href="/openapi.yaml">/openapi.yaml</a>.</noscript>
  <div id="docs"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

/** The reference page, and the document that it shows. */
export function createDocumentationPages(formatDocument: () => string): Mounted[] {
  const docs = express.Router();
  docs.use((_request, response, next) => {
    response.set('Content-Security-Policy', POLICY);
    next();
  });
  docs.get('/', (_request, response) => void response.type('html').send(PAGE));
  docs.get('/start.js', (_request, response) => void response.type('js').send(START));
  for (const name of ASSET_NAMES)
    docs.get(`/${name}`, (_request, response) => response.sendFile(name, { root: ASSETS }));
  const document = express.Router();
  // Few servers are ever asked for it, and making it costs more than the rest of the start.
  let openApiYaml: string | undefined;
  document.get('/', (_request, response) => {
    openApiYaml ??= formatDocument();
    response.type('yaml').send(openApiYaml);
  });
  return [
    { path: '/docs', handler: docs },
    { path: '/openapi.yaml', handler: document },
  ];
}
