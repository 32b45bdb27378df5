import { configureStore } from '@reduxjs/toolkit';
import { setupListeners } from '@reduxjs/toolkit/query';
import { useDispatch, useSelector } from 'react-redux';
import { gatewayApi } from '../api/gateway-api.ts';
import { ticketReducer } from '../ticket/ticket-slice.ts';
import { builderReducer, loadBuilder, saveBuilder } from '../payoff/builder-slice.ts';
import { layoutReducer, loadLayout, saveLayout } from './layout-slice.ts';

/** The page's slow state: layout and what REST answered. */
export const store = configureStore({
  reducer: {
    layout: layoutReducer,
    builder: builderReducer,
    ticket: ticketReducer,
    [gatewayApi.reducerPath]: gatewayApi.reducer,
  },
  middleware: (defaults) => defaults().concat(gatewayApi.middleware),
  preloadedState: { layout: loadLayout(localStorage), builder: loadBuilder(localStorage) },
});

export type RootState = ReturnType<typeof store.getState>;

export type AppDispatch = typeof store.dispatch;

export const useAppDispatch = useDispatch.withTypes<AppDispatch>();
export const useAppSelector = useSelector.withTypes<RootState>();

setupListeners(store.dispatch);

let saved = store.getState();
store.subscribe(() => {
  const state = store.getState();
  if (state.layout !== saved.layout) saveLayout(localStorage, state.layout);
  if (state.builder !== saved.builder) saveBuilder(localStorage, state.builder);
  saved = state;
});
