import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { OrderView } from '@vega/client';
import { useLazyOrderBookQuery } from '../api/orders-api.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { useLive } from '../live/live-context.tsx';
import { OrdersBook, type OrdersFrame } from './orders-book.ts';

const PAGE = 500;
/** Pages of one day: no more orders are shown. */
const MAX_PAGES = 10;

/** The orders of an account that are followed. */
export interface FollowedOrders {
  book: OrdersBook;
  /** Whether the day's book has been read. */
  isLoaded: boolean;
  failure: ApiFailure | undefined;
  /** Reads the day's book anew. */
  reload: () => void;
}

/** Follows an account's orders while the component is on the screen. */
export function useOrders(accountId: string): FollowedOrders {
  const live = useLive();
  const book = useMemo(() => new OrdersBook(), [accountId]);
  const [askBook] = useLazyOrderBookQuery();
  const [state, setState] = useState<{ of: string; isLoaded: boolean; failure: ApiFailure | undefined }>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const read = async (): Promise<void> => {
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const { data, error } = await askBook({ account_id: accountId, limit: PAGE, cursor });
        if (isOver) return;
        if (data === undefined) {
          const failure = (error as ApiFailure | undefined) ?? toFailure('no answer');
          setState((before) => ({ of: accountId, isLoaded: before?.isLoaded === true, failure }));
          return;
        }
        book.take(data.orders);
        if (data.next_cursor === null) break;
        cursor = data.next_cursor;
      }
      setState({ of: accountId, isLoaded: true, failure: undefined });
    };
    void read();
    const subscription = live.stream.subscribeChannel('orders', { account_id: accountId }, (frame) => {
      book.takeFrame(frame as unknown as OrdersFrame);
      // What ended while nobody listened is in the book alone.
      if (frame['snapshot'] === true) void read();
    });
    return () => {
      isOver = true;
      subscription.close();
    };
  }, [live, book, accountId, askBook, round]);
  const present = state?.of === accountId ? state : undefined;
  return {
    book,
    isLoaded: present?.isLoaded === true,
    failure: present?.failure,
    reload: () => setRound((one) => one + 1),
  };
}

/** All orders of a book, newest first, as they are now. */
export function useAllOrders(book: OrdersBook): OrderView[] {
  const revision = useSyncExternalStore(book.revision.subscribe, book.revision.get);
  return useMemo(() => book.all(), [book, revision]);
}

/** One order as it is now; undefined where there is none of this id. */
export function useOrder(book: OrdersBook, id: string): OrderView | undefined {
  useSyncExternalStore(book.revision.subscribe, book.revision.get);
  return book.rows.get(id);
}
