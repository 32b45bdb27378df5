import { ObjectType } from '@nestjs/graphql';
import { Count, Rupees, Text, Units, Word } from './fields.ts';

/** What an instrument is. */
@ObjectType('Instrument', { description: 'What an instrument is.' })
export class InstrumentView {
  @Word('SEGMENT|token: the identity of a live instrument.')
  instrument_key!: string;

  @Count('Identity in stored data: exchange tokens are given to other contracts after expiry. 0 while not known.')
  instrument_id!: number;

  @Text('NSE_EQ, NSE_INDEX, NSE_FO, BSE_EQ, BSE_INDEX or BSE_FO.')
  segment!: string | null;

  @Text('NSE or BSE.')
  exchange!: string | null;

  @Text('EQ, INDEX, FUT, CE, PE, or the series of the exchange.')
  instrument_type!: string | null;

  @Text('As the exchange and the broker print it.')
  trading_symbol!: string | null;

  @Text('Name of the company, the index or the underlying.')
  name!: string | null;

  @Text('ISIN of a share.')
  isin!: string | null;

  @Text('Instrument key of what a derivative is derived from.')
  underlying_key!: string | null;

  @Text('Symbol of what a derivative is derived from.')
  underlying_symbol!: string | null;

  @Text('Expiry date of a derivative, YYYY-MM-DD.')
  expiry_date!: string | null;

  @Rupees('Strike of an option.')
  strike!: number | null;

  @Units('Smallest quantity that is traded, and its multiples.')
  lot_size!: number | null;

  @Units('Largest quantity of one order.')
  freeze_qty!: number | null;

  @Rupees('Prices are multiples of this.')
  tick_size!: number | null;
}
