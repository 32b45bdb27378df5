import type { OptionUnderlyingView } from '@vega/client';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useOptionUnderlyingsQuery } from '../api/options-api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { selected } from '../app/layout-slice.ts';
import { useRemembered } from '../app/remembered.ts';
import { useShortcuts } from '../app/shortcuts.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { useColumnPreset } from '../grid/column-preset.ts';
import { PresetPicker } from '../grid/preset-picker.tsx';
import { legAdded } from '../payoff/builder-slice.ts';
import { ticketOpened } from '../ticket/ticket-slice.ts';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { useIsPhone } from '../ui/use-is-phone.ts';
import { AnalyticsPanel } from './analytics-panel.tsx';
import { CHAIN_PRESETS, PHONE_FIGURES, phonePreset } from './chain-columns.ts';
import { rowKey } from './chain-data.ts';
import { ChainGrid, type ChainGridHandle, type ChosenContract } from './chain-grid.tsx';
import { CHAIN_KEYS } from './chain-keys.ts';
import { ChainSummary } from './chain-summary.tsx';
import { ContractPanel } from './contract-panel.tsx';
import { ExpiryTabs } from './expiry-tabs.tsx';
import { HoverDepth } from './hover-depth.tsx';
import { UnderlyingPicker } from './underlying-picker.tsx';
import { useChain, useStrikes } from './use-chain.ts';

const FIRST_UNDERLYING = 'NSE_INDEX|Nifty 50';
const LIST_POLL_MS = 60_000;

const isText = (value: unknown): value is string => typeof value === 'string';

/** The option chain: what the options are on, its expiries, and one of them live. */
export function ChainPage(): React.JSX.Element {
  const { data, error, refetch } = useOptionUnderlyingsQuery(undefined, { pollingInterval: LIST_POLL_MS });
  const [key, chooseKey] = useRemembered<string>('chain.underlying', isText, FIRST_UNDERLYING);
  const [date, chooseDate] = useRemembered<string>('chain.expiry', isText, '');
  if (data === undefined) {
    if (error === undefined) return <LoadingRows rows={12} label="Loading the option chain" />;
    return <FailureNotice failure={error as ApiFailure} onRetry={() => void refetch()} />;
  }
  const underlying = data.underlyings.find((one) => one.instrument_key === key) ?? data.underlyings[0];
  const expiry = underlying?.expiries.find((one) => one.date === date) ?? underlying?.expiries[0];
  if (underlying === undefined || expiry === undefined) {
    return <EmptyNotice title="No options are listed">The instrument master holds none yet.</EmptyNotice>;
  }
  const picker = (
    <div className="flex min-w-0 items-center gap-3 border-b border-line px-2 py-1.5">
      <UnderlyingPicker underlyings={data.underlyings} chosen={underlying.instrument_key} onChoose={chooseKey} />
      <ExpiryTabs expiries={underlying.expiries} chosen={expiry.date} onChoose={chooseDate} />
    </div>
  );
  return (
    <div className="flex h-full min-h-0 flex-col">
      <h1 className="sr-only">
        Option chain of {underlying.trading_symbol}, {expiry.date}
      </h1>
      {picker}
      <LiveChain
        key={`${underlying.instrument_key} ${expiry.date}`}
        underlying={underlying}
        expiry={expiry.date}
        onExpiry={chooseDate}
      />
    </div>
  );
}

interface LiveChainProps {
  underlying: OptionUnderlyingView;
  expiry: string;
  onExpiry: (date: string) => void;
}

/** One expiry, live. */
function LiveChain({ underlying, expiry, onExpiry }: LiveChainProps): React.JSX.Element {
  const { chain, failure } = useChain(underlying.instrument_key, expiry);
  const strikes = useStrikes(chain);
  const isPhone = useIsPhone();
  const grid = useRef<ChainGridHandle>(null);
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  const [preset, choosePreset, nextPreset] = useColumnPreset('chain', CHAIN_PRESETS);
  const [phoneFigure, choosePhoneFigure] = useRemembered<string>('chain.phone', isText, 'oi');
  const [row, setRow] = useState<string | null>(null);
  const [contract, setContract] = useState<ChosenContract>();
  const [isAnalysing, setAnalysing] = useRemembered<boolean>('chain.analytics', isFlag, false);
  const step = (steps: number): void => {
    const { expiries } = underlying;
    const next = expiries[expiries.findIndex(({ date }) => date === expiry) + steps];
    if (next !== undefined) onExpiry(next.date);
  };
  const nextFigure = (): void => {
    const at = PHONE_FIGURES.findIndex(({ id }) => id === phoneFigure);
    choosePhoneFigure(PHONE_FIGURES[(at + 1) % PHONE_FIGURES.length]?.id ?? 'oi');
  };
  useShortcuts(CHAIN_KEYS, {
    atm: () => grid.current?.centre(),
    columns: isPhone ? nextFigure : nextPreset,
    nearer: () => step(-1),
    later: () => step(1),
    analytics: () => setAnalysing(!isAnalysing),
  });
  const addLeg = ({ side, strike }: ChosenContract, direction: 'BUY' | 'SELL'): void => {
    const kind = side === 'call' ? 'CALL' : 'PUT';
    const leg = { kind, side: direction, lots: 1, expiry, strike } as const;
    dispatch(legAdded({ underlying: underlying.instrument_key, leg }));
  };
  const trade = ({ key, symbol }: ChosenContract, side: 'BUY' | 'SELL'): void =>
    void dispatch(ticketOpened({ instrument: key, symbol, side }));
  const openChart = ({ key, symbol }: ChosenContract): void => {
    dispatch(selected({ key, symbol, name: underlying.name }));
    void navigate('/chart');
  };
  const choose = (chosen: ChosenContract): void => {
    setContract(chosen);
    setRow(rowKey(chosen.strike));
    dispatch(selected({ key: chosen.key, symbol: chosen.symbol, name: underlying.name }));
  };
  if (failure !== undefined && strikes.length === 0) return <FailureNotice failure={failure} />;
  return (
    <>
      <ChainSummary chain={chain} />
      <div className="flex items-center gap-2 border-b border-line px-2 py-1">
        {isPhone ? (
          <button type="button" className="chip" onClick={nextFigure}>
            Show: {PHONE_FIGURES.find(({ id }) => id === phoneFigure)?.title ?? 'OI'}
          </button>
        ) : (
          <PresetPicker presets={CHAIN_PRESETS} chosen={preset} onChoose={choosePreset} />
        )}
        <button type="button" className="chip" onClick={() => grid.current?.centre()}>
          ATM <kbd className="key hidden md:inline">A</kbd>
        </button>
        <button type="button" className="chip" aria-pressed={isAnalysing} onClick={() => setAnalysing(!isAnalysing)}>
          Analytics <kbd className="key hidden md:inline">O</kbd>
        </button>
        <LegCount underlying={underlying.instrument_key} />
      </div>
      <div className="flex min-h-0 flex-1">
        <section aria-label="Strikes" className="chain flex min-w-0 flex-1 flex-col">
          {strikes.length === 0 ? <LoadingRows rows={14} label="Loading the strikes" /> : null}
          <HoverDepth chain={chain}>
            <ChainGrid
              ref={grid}
              chain={chain}
              preset={isPhone ? phonePreset(phoneFigure) : preset}
              current={row}
              onCurrent={setRow}
              onOpen={choose}
              onStrike={() => setAnalysing(true)}
              onChart={openChart}
              onLeg={addLeg}
              onTrade={trade}
            />
          </HoverDepth>
        </section>
        {contract === undefined ? null : (
          <ContractPanel chain={chain} contract={contract} onClose={() => setContract(undefined)} onLeg={addLeg} />
        )}
      </div>
      {isAnalysing ? (
        <AnalyticsPanel underlying={underlying.instrument_key} expiry={expiry} onClose={() => setAnalysing(false)} />
      ) : null}
    </>
  );
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** How many legs wait in the payoff builder, and the way there. */
function LegCount({ underlying }: { underlying: string }): React.JSX.Element | null {
  const count = useAppSelector(({ builder }) => (builder.underlying === underlying ? builder.legs.length : 0));
  const navigate = useNavigate();
  if (count === 0) return null;
  return (
    <button type="button" className="chip ml-auto" data-testid="legs" onClick={() => void navigate('/payoff')}>
      {count === 1 ? '1 leg' : `${count} legs`} in the payoff builder
    </button>
  );
}
