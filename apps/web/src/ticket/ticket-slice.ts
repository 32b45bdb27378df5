import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

export type OrderSide = 'BUY' | 'SELL';

/** What a ticket is opened for. */
export interface TicketFor {
  instrument: string;
  symbol: string;
  side: OrderSide;
}

/** The ticket that is open. */
export interface OpenTicket extends TicketFor {
  /** Names the order to the gateway however often it is sent: made once, when the ticket opens. */
  key: string;
}

/** The order ticket; null while none is open. */
export interface TicketState {
  open: OpenTicket | null;
}

const slice = createSlice({
  name: 'ticket',
  initialState: { open: null } as TicketState,
  reducers: {
    ticketOpened: {
      prepare: (wanted: TicketFor) => ({ payload: { ...wanted, key: crypto.randomUUID() } }),
      reducer(state, { payload }: PayloadAction<OpenTicket>) {
        // A ticket whose order may be on its way is not replaced: it is closed by its owner.
        state.open ??= payload;
      },
    },
    ticketClosed(state) {
      state.open = null;
    },
  },
});

export const { ticketOpened, ticketClosed } = slice.actions;
export const ticketReducer = slice.reducer;
