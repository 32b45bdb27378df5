import { ApiError } from './envelope.ts';

interface CodeEntry {
  readonly status: number;
  readonly message: string;
}

/**
 * Codes of Upstox's API as the simulator answers them: HTTP status and message. A number means different things on
 * different endpoints; such entries carry the endpoint in their name here and the bare number on the wire.
 * Source: the protocol facts' section on rate limits and errors.
 */
export const ERROR_CODES = {
  UDAPI10000: { status: 405, message: 'This request is not supported by Upstox API' },
  'UDAPI10000:gone': { status: 410, message: 'This API has been discontinued; use v3' },
  UDAPI10005: { status: 429, message: 'Too Many Request Sent' },
  UDAPI100011: { status: 400, message: 'Invalid Instrument key' },
  UDAPI100015: { status: 400, message: 'Api version does not exist' },
  UDAPI100016: { status: 400, message: 'Invalid Credentials' },
  UDAPI100036: { status: 400, message: 'Invalid Input' },
  UDAPI100050: { status: 401, message: 'Invalid token used to access API' },
  'UDAPI100057:token': { status: 400, message: 'Invalid Auth code' },
  UDAPI100060: { status: 404, message: 'Resource not Found.' },
  UDAPI100067: { status: 400, message: 'The API you are trying to access is not permitted with this token' },
  UDAPI100068: { status: 400, message: "Check your 'client_id' and 'redirect_uri'; one or both are incorrect." },
  UDAPI100069: { status: 400, message: "Check your 'client_id' and 'client_secret'; one or both are incorrect." },
  UDAPI100073: { status: 400, message: "Your 'client_id' is inactive" },
  UDAPI100500: { status: 500, message: 'Something went wrong... please contact us' },
  UDAPI1009: { status: 400, message: 'symbol is required' },
  UDAPI1011: { status: 400, message: 'symbol is of invalid format' },
  UDAPI1015: {
    status: 400,
    message: 'to_date must be greater than or equal to from_date and Date should be in valid format: yyyy-mm-dd',
  },
  UDAPI1017: { status: 400, message: 'API Key is required' },
  UDAPI1018: { status: 400, message: 'Redirect URI is required' },
  UDAPI1020: { status: 400, message: 'Interval accepts one of (1minute,30minute,day,week,month)' },
  UDAPI1021: { status: 400, message: 'Instrument key is of invalid format' },
  'UDAPI1022:token': { status: 400, message: 'Code is required' },
  'UDAPI1022:candles': { status: 400, message: 'to_date is required' },
  UDAPI1023: { status: 400, message: 'Grant type is required' },
  UDAPI1024: { status: 400, message: 'App Secret is required' },
  UDAPI1027: { status: 400, message: 'interval is required' },
  UDAPI1028: { status: 400, message: 'Invalid interval' },
  UDAPI1087: { status: 400, message: 'Invalid symbol or instrument_key' },
  UDAPI1088: { status: 400, message: 'Invalid date' },
  UDAPI1089: { status: 400, message: 'Invalid exchange' },
  UDAPI1146: { status: 400, message: 'Invalid unit' },
  UDAPI1147: { status: 400, message: 'Invalid interval' },
  UDAPI1148: { status: 400, message: 'Invalid date range' },
  UDAPI1149: { status: 400, message: 'This API requires an Upstox Plus subscription' },
  UDAPI1169: { status: 400, message: 'query is required' },
  UDAPI1170: { status: 400, message: 'query must not exceed 50 characters' },
  UDAPI1171: { status: 400, message: 'Invalid exchange' },
  UDAPI1172: { status: 400, message: 'Invalid segment' },
  UDAPI1173: { status: 400, message: 'records must not exceed 30' },
  UDAPI1174: { status: 400, message: 'Invalid page number' },
  UDAPI1175: { status: 400, message: 'Invalid expiry' },
  UDAPI1198: { status: 400, message: 'Invalid data_type' },
  UDAPI1199: { status: 400, message: 'Invalid interval' },
  UDAPI1200: { status: 400, message: 'Invalid from date format' },
  UDAPI1202: { status: 400, message: 'Invalid expiry date format' },
  UDAPI1203: { status: 400, message: 'Invalid date format' },
  UDAPI1204: { status: 400, message: 'Invalid interval' },
  UDAPI1205: { status: 400, message: 'Invalid bucket_interval' },
} as const satisfies Record<string, CodeEntry>;
export type ErrorCode = keyof typeof ERROR_CODES;

/** The error of a code, with its own message unless another is given. */
export function apiError(
  code: ErrorCode,
  detail: { message?: string; property?: string; value?: string } = {},
): ApiError {
  const entry = ERROR_CODES[code];
  const wireCode = code.split(':')[0] ?? code;
  return new ApiError(entry.status, { ...detail, code: wireCode, message: detail.message ?? entry.message });
}
