/**
 * The one door to every command: `node tools/bootstrap.mjs <command> [arguments]`. Plain JavaScript for any Node from 18 on,
 * nothing but Node's own modules. It sees to a Node that the project can run on, to the installed dependencies, and then runs
 * tools/<command>.ts. Quiet when there is nothing to do; one sentence and a non-zero exit when something cannot be done.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from './bootstrap/refusal.mjs';
import { ensureDependencies } from './bootstrap/dependencies.mjs';
import { ensureNode } from './bootstrap/node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function main() {
  const [command, ...rest] = process.argv.slice(2);
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new Refusal(`Node ${process.versions.node} is too old even to fetch a newer one: install Node 18 or later.`);
  }
  if (command === undefined) throw new Refusal('Usage: node tools/bootstrap.mjs <command> [arguments]');
  const tool = join(root, 'tools', `${command}.ts`);
  if (command !== 'nx' && (!/^[a-z][a-z-]*$/.test(command) || !existsSync(tool))) {
    throw new Refusal(`There is no command "${command}".`);
  }
  const node = await ensureNode(root);
  process.env.PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  await ensureDependencies(root, node);
  return run(node, command === 'nx' ? [nxProgram()] : [...TOOL_OPTIONS, tool], rest);
}

/** Node strips the types of the tools itself and takes the packages of this workspace from their sources. */
const TOOL_OPTIONS = ['--conditions=@vega/source', '--disable-warning=ExperimentalWarning'];

function nxProgram() {
  const folder = join(root, 'node_modules/nx');
  return join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin.nx);
}

/**
 * Runs the tool to its end and passes on how it ended. The tool holds the other end of a pipe on descriptor 3: when this process
 * dies, even by SIGKILL, the pipe closes and the tool stops what it started. Ctrl-C reaches the tool from the terminal itself;
 * a signal sent to this process alone is passed on.
 */
function run(node, entry, rest) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...entry, ...rest], {
      cwd: root,
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, VEGA_PARENT_PIPE: '3' },
    });
    const pass = (signal) => process.on(signal, () => child.kill(signal));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) pass(signal);
    stopWithNpm(child);
    child.once('error', (error) => reject(new Refusal(`${node} could not be run: ${error.message}`)));
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

/** When npm that started this process is killed without a word, its child is handed to another parent: then the tool is stopped too. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 1000);
  timer.unref();
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
