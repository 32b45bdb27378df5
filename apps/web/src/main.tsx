import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'react-redux';
import { BrowserRouter } from 'react-router';
import { App } from './app/app.tsx';
import { store } from './app/store.ts';
import { openBrowserSocket } from './live/browser-socket.ts';
import { LiveProvider } from './live/live-context.tsx';
import { LiveData } from './live/live-data.ts';
import { session } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import './theme.css';

const found = document.getElementById('root');
if (found === null) throw new Error('the page has no root element');
const root = createRoot(found);
const { theme, density } = store.getState().layout;
Object.assign(document.documentElement.dataset, { theme, density });

/** Connects to the stream and shows the platform to whoever is signed in. */
function enter(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const live = new LiveData({
    url: `${scheme}://${location.host}/stream`,
    openSocket: openBrowserSocket,
    token: () => session.token(),
    now: () => performance.now(),
    wall: () => Date.now(),
  }).start();
  root.render(
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
}

const user = await session.resume().catch(() => undefined);
if (user === undefined) {
  root.render(
    <StrictMode>
      <SignIn onSignedIn={enter} />
    </StrictMode>,
  );
} else {
  enter();
}
