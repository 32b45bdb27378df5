import type { StreamSocket } from '@vega/client';

/** The browser's WebSocket as the stream client uses it. */
export function openBrowserSocket(url: string): StreamSocket {
  const socket = new WebSocket(url);
  const handed: StreamSocket = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  socket.onopen = () => handed.onopen?.();
  socket.onmessage = (event: MessageEvent<unknown>) => handed.onmessage?.({ data: event.data });
  socket.onclose = () => handed.onclose?.();
  socket.onerror = () => handed.onerror?.();
  return handed;
}
