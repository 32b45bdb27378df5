/**
 * Children must end with the process that launched them, even when it is killed with SIGKILL and runs no code of its own.
 * A pipe does it on every Unix: one small shell per launcher reads the list of children from its standard input, and the end
 * of that input, which the kernel delivers when the launcher dies however it dies, makes it stop whatever is still listed,
 * the last one started first. It leads its own session, so that Ctrl-C in the terminal does not reach it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

// A child that has ended but that nobody has reaped yet still takes signals: on Linux its state tells.
const SCRIPT = `
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 0
  [ "$state" != Z ]
}
list=
while read -r word pid signal; do
  case $word in
    add) list="$pid:$signal $list" ;;
    del) kept=; for entry in $list; do [ "\${entry%%:*}" = "$pid" ] || kept="$kept$entry "; done; list=$kept ;;
  esac
done
for entry in $list; do
  pid=\${entry%%:*}
  kill -s "\${entry##*:}" "$pid" 2>/dev/null || continue
  turns=0
  while alive "$pid" && [ "$turns" -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
  kill -s KILL "$pid" 2>/dev/null
done
`;

let shell: ChildProcess | undefined;
const watched = new Set<number>();

function tell(line: string): void {
  if (shell === undefined) {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'vega-watchdog'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin?.on('error', () => undefined);
    child.unref();
    const stdin: unknown = child.stdin;
    if (typeof stdin === 'object' && stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function')
      stdin.unref();
    shell = child;
  }
  shell.stdin?.write(`${line}\n`);
}

/** Has the child stopped with `signal` (SIGKILL after five seconds) should this process die without stopping it. */
export function watch(pid: number, signal: NodeJS.Signals): void {
  watched.add(pid);
  tell(`add ${pid} ${signal.replace(/^SIG/, '')}`);
}

/** Ends the watch over a child that has ended; with the last one the watchdog ends too. */
export function unwatch(pid: number): void {
  if (!watched.delete(pid)) return;
  tell(`del ${pid}`);
  if (watched.size === 0) {
    shell?.stdin?.end();
    shell = undefined;
  }
}
