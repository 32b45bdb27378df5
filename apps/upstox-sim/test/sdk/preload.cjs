'use strict';
/**
 * Points the unmodified SDK at a simulator: REST by its public base paths, the feed by a subclass of `ws` that swaps the
 * hard-coded host. Loaded with `node -r`.
 */
const { createRequire } = require('node:module');

const simulator = new URL(process.env.SIM_URL);
const sdkRequire = createRequire(require.resolve('upstox-js-sdk/package.json'));
const wsPath = sdkRequire.resolve('ws');
const WebSocket = sdkRequire('ws');

class LocalWebSocket extends WebSocket {
  constructor(address, ...rest) {
    const url = new URL(address);
    if (url.hostname.endsWith('.upstox.com')) {
      url.protocol = 'ws:';
      url.host = simulator.host;
    }
    super(url, ...rest);
  }
}
require.cache[wsPath].exports = LocalWebSocket;

const { ApiClient } = require('upstox-js-sdk');
ApiClient.instance.basePath = simulator.origin;
ApiClient.instance.orderBasePath = simulator.origin;
