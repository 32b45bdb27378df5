export { gatewayService } from './gateway.service.ts';
export { graphqlSchemaText } from './graphql-schema.ts';
export { buildOpenApiDocument, openApiText } from './openapi.ts';
