import { configureStore } from '@reduxjs/toolkit';
import { setupListeners } from '@reduxjs/toolkit/query';
import { useDispatch, useSelector } from 'react-redux';
import { gatewayApi } from '../api/gateway-api.ts';
import { layoutReducer, loadLayout, saveLayout } from './layout-slice.ts';

/** The page's slow state: layout and what REST answered. */
export const store = configureStore({
  reducer: { layout: layoutReducer, [gatewayApi.reducerPath]: gatewayApi.reducer },
  middleware: (defaults) => defaults().concat(gatewayApi.middleware),
  preloadedState: { layout: loadLayout(localStorage) },
});

export type RootState = ReturnType<typeof store.getState>;

export type AppDispatch = typeof store.dispatch;

export const useAppDispatch = useDispatch.withTypes<AppDispatch>();
export const useAppSelector = useSelector.withTypes<RootState>();

setupListeners(store.dispatch);

let saved = store.getState().layout;
store.subscribe(() => {
  const { layout } = store.getState();
  if (layout === saved) return;
  saved = layout;
  saveLayout(localStorage, layout);
});
