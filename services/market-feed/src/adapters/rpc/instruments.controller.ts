import { Controller, Inject } from '@nestjs/common';
import {
  marketFeedRpc,
  type GetInstrumentsRequest,
  type GetInstrumentsResponse,
  type SearchInstrumentsRequest,
  type SearchInstrumentsResponse,
} from '@vega/contracts';
import { isSupportedSegment, OutcomeError, parseIstDate } from '@vega/kernel';
import { badRequest, HandlesRpc } from '@vega/platform';
import { z } from 'zod';
import type { InstrumentDirectory } from '../../app/ports.ts';
import { MAX_QUERY_LENGTH, parseInstrumentQuery } from '../../domain/instrument-query.ts';
import type { PgInstrumentSearch } from '../pg/pg-instrument-search.ts';

/** Injection tokens of what this service's data half answers with. */
export const INSTRUMENT_DIRECTORY = Symbol('InstrumentDirectory');
export const INSTRUMENT_SEARCH = Symbol('InstrumentSearch');

const MAX_SYMBOLS = 5_000;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const MAX_OFFSET = 10_000;

const searchSchema = z.object({
  query: z.string().max(MAX_QUERY_LENGTH),
  segments: z.array(z.string()).max(20),
  instrumentTypes: z.array(z.string().regex(/^[A-Za-z0-9]{1,10}$/)).max(50),
  expiryDate: z.string().refine((text) => text === '' || parseIstDate(text) !== undefined, 'not a date'),
  limit: z.int().min(0).max(MAX_LIMIT),
  offset: z.int().min(0).max(MAX_OFFSET),
});

/** Answers questions about instruments. */
@Controller()
export class InstrumentsController {
  constructor(
    @Inject(INSTRUMENT_DIRECTORY) private readonly directory: InstrumentDirectory,
    @Inject(INSTRUMENT_SEARCH) private readonly instruments: PgInstrumentSearch,
  ) {}

  @HandlesRpc(marketFeedRpc.searchInstruments)
  async search(request: SearchInstrumentsRequest): Promise<SearchInstrumentsResponse> {
    const parsed = searchSchema.safeParse(request);
    if (!parsed.success) throw badRequest(`the search does not fit: ${z.prettifyError(parsed.error)}`);
    const { query: text, segments, instrumentTypes, expiryDate, limit, offset } = parsed.data;
    const unsupported = segments.find((segment) => !isSupportedSegment(segment));
    if (unsupported !== undefined) {
      throw new OutcomeError(
        'SEGMENT_UNSUPPORTED',
        `segment ${unsupported.slice(0, 20)} is not served by this platform`,
      );
    }
    const query = parseInstrumentQuery(text);
    if (query === undefined) throw badRequest('the search has no letter or digit to look for');
    const hits = await this.instruments.search(
      query,
      {
        segments,
        instrumentTypes: instrumentTypes.map((type) => type.toUpperCase()),
        expiryDate: expiryDate === '' ? undefined : expiryDate,
      },
      { limit: limit === 0 ? DEFAULT_LIMIT : limit, offset },
    );
    return { instruments: [...hits.instruments], total: hits.total };
  }

  @HandlesRpc(marketFeedRpc.getInstruments)
  get({ symbols }: GetInstrumentsRequest): GetInstrumentsResponse {
    if (symbols.length < 1 || symbols.length > MAX_SYMBOLS) {
      throw badRequest(`a question names 1 to ${MAX_SYMBOLS} symbols`, { count: symbols.length });
    }
    const response: GetInstrumentsResponse = { instruments: [], unknown: [] };
    for (const symbol of symbols) {
      const instrument = this.directory.resolve(symbol);
      if (instrument === undefined) response.unknown.push(symbol);
      else response.instruments.push(instrument);
    }
    return response;
  }
}
