import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** During development the gateway that `npm start` runs answers what the page asks. */
const gateway = process.env['VEGA_GATEWAY_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig(({ command }) => {
  // Vite builds for the NODE_ENV it finds: a build within a test run would hold React's development half.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: import.meta.dirname,
    plugins: [react(), tailwind()],
    resolve: { conditions: ['@vega/source', 'module', 'browser', 'development|production'] },
    build: { outDir: 'dist', target: 'es2022', sourcemap: true },
    server: {
      proxy: {
        '/api': gateway,
        '/stream': { target: gateway, ws: true },
      },
    },
  };
});
