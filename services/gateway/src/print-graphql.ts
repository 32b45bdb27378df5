import { graphqlSchemaText } from './graphql-schema.ts';

// As print-openapi.ts, for docs/reference/schema.graphql.
process.stdout.write(await graphqlSchemaText());
