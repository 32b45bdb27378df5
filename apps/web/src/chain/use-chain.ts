import type { ChainView } from '@vega/client';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { useLive } from '../live/live-context.tsx';
import { ChainData } from './chain-data.ts';

/** A chain that is followed, and why it is not when it is refused. */
export interface FollowedChain {
  chain: ChainData;
  failure: ApiFailure | undefined;
}

/** Follows one expiry while the component is on the screen. */
export function useChain(underlying: string, expiry: string): FollowedChain {
  const live = useLive();
  const id = `${underlying} ${expiry}`;
  const chain = useMemo(() => new ChainData(live.now), [live, id]);
  const [refused, setRefused] = useState<{ id: string; failure: ApiFailure }>();
  useEffect(() => {
    const request = { instrument_key: underlying, expiry_date: expiry };
    const subscription = live.stream.subscribeChannel(
      'chain',
      request,
      (frame) => chain.take(frame['chain'] as ChainView, frame['snapshot'] === true),
      ([first]) => {
        if (first === undefined) return;
        const failure = { ...toFailure(undefined), code: first.code, title: 'No such chain', detail: first.detail };
        setRefused({ id, failure });
      },
    );
    return () => subscription.close();
  }, [live, chain, underlying, expiry, id]);
  return { chain, failure: refused?.id === id ? refused.failure : undefined };
}

/** The keys of a chain's strikes, ascending. */
export function useStrikes(chain: ChainData): readonly string[] {
  return useSyncExternalStore(chain.strikes.subscribe, chain.strikes.get);
}

/** The strike at the money; undefined before the first chain. */
export function useAtmStrike(chain: ChainData): number | null | undefined {
  return useSyncExternalStore(chain.head.subscribe, () => chain.head.get()?.atm_strike);
}
