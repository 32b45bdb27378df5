'use strict';
/**
 * What the SDK's own sanity script needs to run unmodified against a simulator: both base paths, and a token in place of
 * the empty one that it ships with. Loaded with `node -r`.
 */
const { dirname, join } = require('node:path');
const { ApiClient } = require('upstox-js-sdk');

ApiClient.instance.basePath = process.env.SIM_URL;
ApiClient.instance.orderBasePath = process.env.SIM_URL;
const tokenFile = join(dirname(require.resolve('upstox-js-sdk/package.json')), 'test/sdk/DataToken.js');
require.cache[tokenFile] = {
  id: tokenFile,
  filename: tokenFile,
  loaded: true,
  exports: { accessToken: process.env.TOKEN },
};
