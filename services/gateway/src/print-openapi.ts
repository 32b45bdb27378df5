import { openApiText } from './openapi.ts';

// Decorators need the compiled code, so the generator of docs/reference/openapi.json runs this file of dist/ and keeps what it prints.
process.stdout.write(await openApiText());
