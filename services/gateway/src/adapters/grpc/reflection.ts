import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import { FILE_DESCRIPTOR_SET, grpcReflection } from '@vega/contracts';

type Request = grpcReflection.ServerReflectionRequest;
type Response = grpcReflection.ServerReflectionResponse;

/** Tells the schemas of the given services, and of what their messages are made of; other schemas are not told. */
export class Reflection {
  private readonly files = new Map<string, FileDescriptorProto>();
  private readonly symbols = new Map<string, FileDescriptorProto>();

  constructor(private readonly services: readonly string[]) {
    const { file } = fromBinary(FileDescriptorSetSchema, Buffer.from(FILE_DESCRIPTOR_SET, 'base64'));
    const byName = new Map(file.map((one) => [one.name, one]));
    for (const one of file) {
      if (one.service.some((service) => services.includes(`${one.package}.${service.name}`))) this.add(one, byName);
    }
    for (const one of this.files.values()) for (const symbol of symbolsOf(one)) this.symbols.set(symbol, one);
  }

  /** Serves one call of either version. */
  serve(call: ServerDuplexStream<Request, Response>): void {
    call.on('data', (request: Request) => void call.write(this.answer(request)));
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  }

  /** Answers one question. */
  answer(request: Request): Response {
    const told = { validHost: request.host, originalRequest: request };
    const asked = request.messageRequest;
    switch (asked?.$case) {
      case 'listServices': {
        const service = this.services.map((name) => ({ name }));
        return { ...told, messageResponse: { $case: 'listServicesResponse', value: { service } } };
      }
      case 'fileByFilename':
        return { ...told, messageResponse: this.fileAnswer(this.files.get(asked.value), asked.value) };
      case 'fileContainingSymbol': {
        const symbol = asked.value.replace(/^\./, '');
        return { ...told, messageResponse: this.fileAnswer(this.symbols.get(symbol), symbol) };
      }
      case 'fileContainingExtension':
      case 'allExtensionNumbersOfType':
        return { ...told, messageResponse: failure(status.NOT_FOUND, 'there are no extensions') };
      default:
        return { ...told, messageResponse: failure(status.INVALID_ARGUMENT, 'the question is empty') };
    }
  }

  private fileAnswer(file: FileDescriptorProto | undefined, asked: string): NonNullable<Response['messageResponse']> {
    if (file === undefined) return failure(status.NOT_FOUND, `nothing is known of ${asked}`);
    const found = new Map<string, FileDescriptorProto>();
    this.collect(file, found);
    const fileDescriptorProto = [...found.values()].map((one) => Buffer.from(toBinary(FileDescriptorProtoSchema, one)));
    return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
  }

  private collect(file: FileDescriptorProto, found: Map<string, FileDescriptorProto>): void {
    if (found.has(file.name)) return;
    found.set(file.name, file);
    for (const name of file.dependency) {
      const next = this.files.get(name);
      if (next !== undefined) this.collect(next, found);
    }
  }

  private add(file: FileDescriptorProto, byName: ReadonlyMap<string, FileDescriptorProto>): void {
    if (this.files.has(file.name)) return;
    this.files.set(file.name, file);
    for (const name of file.dependency) {
      const next = byName.get(name);
      if (next !== undefined) this.add(next, byName);
    }
  }
}

function failure(code: status, text: string): NonNullable<Response['messageResponse']> {
  return { $case: 'errorResponse', value: { errorCode: code, errorMessage: text } };
}

function symbolsOf(file: FileDescriptorProto): string[] {
  const symbols: string[] = [];
  const addMessages = (scope: string, messages: FileDescriptorProto['messageType']): void => {
    for (const message of messages) {
      const name = `${scope}.${message.name}`;
      symbols.push(name, ...message.enumType.map((one) => `${name}.${one.name}`));
      addMessages(name, message.nestedType);
    }
  };
  addMessages(file.package, file.messageType);
  symbols.push(...file.enumType.map((one) => `${file.package}.${one.name}`));
  for (const service of file.service) {
    const name = `${file.package}.${service.name}`;
    symbols.push(name, ...service.method.map((one) => `${name}.${one.name}`));
  }
  return symbols;
}
