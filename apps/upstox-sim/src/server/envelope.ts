/** One entry of the `errors` array. */
export interface ErrorItem {
  readonly code: string;
  readonly message: string;
  readonly property?: string;
  readonly value?: string;
}

/** A refusal that the caller sees as Upstox's error envelope. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly items: readonly ErrorItem[];
  constructor(
    readonly status: number,
    ...items: readonly [ErrorItem, ...ErrorItem[]]
  ) {
    super(`${items[0].code} ${items[0].message}`);
    this.items = items;
  }
}

/** A body that is sent as it is: pages, redirects, files. */
export class RawReply {
  constructor(
    readonly status: number,
    readonly body: string | Buffer,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

/** The success envelope. `extra` holds its siblings such as `meta_data`. */
export function success(data: unknown, extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { status: 'success', data, ...extra };
}

/** The error envelope, every field in both spellings unless `snakeOnly`. */
export function errorBody(items: readonly ErrorItem[], snakeOnly = false): Record<string, unknown> {
  return {
    status: 'error',
    errors: items.map(({ code, message, property = null, value = null }) =>
      snakeOnly
        ? { error_code: code, message, property_path: property, invalid_value: value }
        : {
            errorCode: code,
            message,
            propertyPath: property,
            invalidValue: value,
            error_code: code,
            property_path: property,
            invalid_value: value,
          },
    ),
  };
}
