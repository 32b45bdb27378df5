import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Refusal } from './refusal.mjs';

/** npm's own script: the one that runs us, else the npm on PATH, else the one beside this Node. Throws {@link Refusal}. */
export function findNpm() {
  const running = process.env.npm_execpath;
  if (running !== undefined && /npm-cli\.c?js$/.test(running) && existsSync(running)) return running;
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), dirname(process.execPath)];
  for (const folder of folders) {
    const command = join(folder, 'npm');
    if (!existsSync(command)) continue;
    const real = realpathSync(command);
    if (/\.c?js$/.test(real)) return real;
    // A shell wrapper: the script lies where every npm keeps it, beside the wrapper or below the prefix.
    for (const place of ['../lib/node_modules/npm/bin/npm-cli.js', 'node_modules/npm/bin/npm-cli.js']) {
      const script = join(dirname(real), place);
      if (existsSync(script)) return script;
    }
  }
  throw new Refusal('npm was not found on PATH; it comes with every Node, install it and try again.');
}

/**
 * Runs npm under the given Node. Resolves with its exit code and what it printed to its error stream; its own words are shown
 * only through the {@link Refusal} that {@link explainNpmFailure} makes of them.
 */
export function runNpm(node, args, cwd) {
  const npm = findNpm();
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error', '--update-notifier=false'];
  // npm's own patience is over a minute, which a user without network would sit through in silence.
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  return new Promise((resolve, reject) => {
    const child = spawn(node, [npm, ...args, ...quiet, ...patience], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: withoutNpmEnvironment(dirname(node)),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => (stderr = (stderr + text).slice(-20_000)));
    const stop = (signal) => child.kill(signal);
    process.on('SIGINT', stop).on('SIGTERM', stop);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (signal !== null) reject(new Refusal('The installation was interrupted.'));
      else resolve({ code: code ?? 1, stderr });
    });
  });
}

/** What an outer `npm start` tells its script (workspace, prefix, command) must not steer the npm run here; its registry settings may. */
function withoutNpmEnvironment(nodeFolder) {
  const env = { ...process.env, PATH: [nodeFolder, process.env.PATH].filter(Boolean).join(delimiter) };
  for (const name of Object.keys(env)) {
    if (
      /^npm_(lifecycle|package|command)/.test(name) ||
      /^npm_config_(prefix|local_prefix|workspace|global)/i.test(name)
    ) {
      delete env[name];
    }
  }
  return env;
}

/** One sentence for what npm says, by npm's own error codes. */
export function explainNpmFailure(stderr, what) {
  if (/EINTEGRITY|Integrity verification failed|sha512.*integrity/i.test(stderr)) {
    return new Refusal(`${what} failed: what was downloaded does not match its checksum, so nothing of it is used.`);
  }
  const network =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/.exec(
      stderr,
    );
  if (network !== null) {
    return new Refusal(
      `${what} failed: the package registry cannot be reached (${network[1]}); check the network and try again.`,
    );
  }
  if (/\bENOSPC\b/.test(stderr)) return new Refusal(`${what} failed: the disk is full.`);
  const said = stderr
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .find((line) => line !== '' && !/^(code|errno|syscall|path|A complete log)\b/.test(line));
  return new Refusal(`${what} failed: ${said ?? 'npm gave no reason'}`);
}
