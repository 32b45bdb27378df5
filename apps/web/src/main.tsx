import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'react-redux';
import { BrowserRouter } from 'react-router';
import { App } from './app/app.tsx';
import { store } from './app/store.ts';
import { openBrowserSocket } from './live/browser-socket.ts';
import { LiveProvider } from './live/live-context.tsx';
import { LiveData } from './live/live-data.ts';
import './theme.css';

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
const live = new LiveData({
  url: `${scheme}://${location.host}/stream`,
  openSocket: openBrowserSocket,
  now: () => performance.now(),
  wall: () => Date.now(),
}).start();

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
const { theme, density } = store.getState().layout;
Object.assign(document.documentElement.dataset, { theme, density });

createRoot(root).render(
  <StrictMode>
    <Provider store={store}>
      <LiveProvider value={live}>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </LiveProvider>
    </Provider>
  </StrictMode>,
);
