export { gatewayService } from './gateway.service.ts';
export { buildOpenApiDocument, openApiText } from './openapi.ts';
