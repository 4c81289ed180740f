import { requireWith, section } from '../section.ts';
import { httpUrl, secret, sqlIdentifier, text } from '../variables.ts';

export const clickhouse = section({
  title: 'ClickHouse',
  about: 'A sink: the facts as rows, for analysis. Empty `CLICKHOUSE_URL`: none.',
  variables: {
    CLICKHOUSE_URL: httpUrl.optional('HTTP interface of the server.'),
    CLICKHOUSE_USER: text.withDefault(
      'default',
      'User who may create the database with its table and views, insert and select there.',
    ),
    CLICKHOUSE_PASSWORD: secret.optional('The user’s password.'),
    CLICKHOUSE_DATABASE: sqlIdentifier.withDefault('tenure', 'Database; made when it is missing.'),
  },
  build: (values, refuse) => {
    const { CLICKHOUSE_URL: url, CLICKHOUSE_PASSWORD: password } = values;
    if (url === undefined) return undefined;
    requireWith('CLICKHOUSE_URL', values, ['CLICKHOUSE_PASSWORD'], refuse);
    if (password === undefined) return undefined;
    return {
      url,
      user: values.CLICKHOUSE_USER,
      password,
      database: values.CLICKHOUSE_DATABASE,
    };
  },
});
