// A load of HTTP/1.1 requests over kept connections, each with one request in flight. Arguments: connections. Asked with
// { port, method, path, token, body, ms } it answers with { requests, bad, seconds, p50Ms, p99Ms }.
import { connect, type Socket } from 'node:net';
import { percentile } from '../measure.ts';

interface Question {
  port: number;
  method: string;
  path: string;
  token: string;
  body?: string;
  ms: number;
}

const connections = Number(process.argv[2]);
const HEAD_END = '\r\n\r\n';

function requestOf({ port, method, path, token, body }: Question): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n`;
  if (body === undefined) return `${head}\r\n`;
  return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function load(question: Question): Promise<Record<string, number>> {
  const text = requestOf(question);
  const tookMs: number[] = [];
  let bad = 0;
  let over = false;
  const startMs = performance.now();
  const workers = Array.from({ length: connections }, () => {
    const socket = connect(question.port, '127.0.0.1');
    socket.setNoDelay(true);
    return { socket, ended: work(socket) };
  });
  function work(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let sentMs = 0;
      let awaited = -1;
      let received = 0;
      const next = (): void => {
        awaited = -1;
        received = 0;
        sentMs = performance.now();
        socket.write(text);
      };
      socket.on('connect', next);
      socket.on('error', reject);
      socket.on('data', (data) => {
        if (awaited < 0) {
          const head = data.toString('latin1');
          const end = head.indexOf(HEAD_END);
          const length = /\r\ncontent-length: (\d+)/i.exec(head);
          if (end < 0 || length === null)
            return reject(new Error(`not an answer this load can read: ${head.slice(0, 300)}`));
          if (!head.startsWith('HTTP/1.1 200')) bad += 1;
          awaited = end + HEAD_END.length + Number(length[1]);
        }
        received += data.length;
        if (received < awaited) return;
        tookMs.push(performance.now() - sentMs);
        if (!over) return next();
        socket.destroy();
        resolve();
      });
    });
  }
  setTimeout(() => (over = true), question.ms);
  await Promise.all(workers.map(({ ended }) => ended));
  const seconds = (performance.now() - startMs) / 1000;
  return { requests: tookMs.length, bad, seconds, p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) };
}

process.on('message', (question: Question) => {
  void load(question).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.({});
