import { GetOverviewResponse, Instrument, Quote, Tick } from '@vega/contracts';
import { toOverviewView } from './to-views.ts';

function indexQuote(tradingSymbol: string): Quote {
  const instrumentKey = `NSE_INDEX|${tradingSymbol}`;
  return Quote.create({
    instrument: Instrument.create({ instrumentKey, tradingSymbol }),
    tick: Tick.create({ instrumentKey, receivedTimeUs: 1_795_442_237_662_917 }),
  });
}

describe('the overview', () => {
  it('shows the indices in the order traders read them, others after these as they came', () => {
    const came = ['NIFTYNXT50', 'MIDCPNIFTY', 'SENSEX', 'BANKEX', 'NIFTY', 'FINNIFTY', 'BANKNIFTY'];
    const view = toOverviewView(GetOverviewResponse.create({ indices: came.map(indexQuote) }));
    expect(view.indices.map((quote) => quote.instrument.trading_symbol)).toEqual([
      'NIFTY',
      'BANKNIFTY',
      'SENSEX',
      'FINNIFTY',
      'MIDCPNIFTY',
      'NIFTYNXT50',
      'BANKEX',
    ]);
  });

  it('tells arrival in whole milliseconds', () => {
    const view = toOverviewView(GetOverviewResponse.create({ indices: [indexQuote('NIFTY')] }));
    expect(view.indices[0]?.received_at_ms).toBe(1_795_442_237_662);
  });
});
