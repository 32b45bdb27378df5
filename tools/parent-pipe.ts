import { Socket } from 'node:net';

/**
 * Calls back when the bootstrap that started this tool dies, however it dies: it holds the other end of a pipe. Does nothing when
 * the tool was started by hand.
 */
export function onParentDeath(callback: () => void): void {
  const descriptor = process.env['VEGA_PARENT_PIPE'];
  if (descriptor === undefined) return;
  delete process.env['VEGA_PARENT_PIPE'];
  const pipe = new Socket({ fd: Number(descriptor), readable: true, writable: false });
  pipe.on('error', () => undefined);
  pipe.on('close', callback);
  pipe.resume();
  pipe.unref();
}
