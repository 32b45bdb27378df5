import { expect, it } from '@jest/globals';
import { StepQueue } from './step-queue.ts';

interface Door {
  open(): void;
  readonly passed: Promise<void>;
}

function door(): Door {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), passed };
}

/** A queue that notes its steps, each of words as one entry. */
function noted() {
  const steps: string[] = [];
  const queue = new StepQueue<string>(async (words) => {
    steps.push(words.join('+'));
    if (words.includes('bad')) throw new Error('a bad word');
  });
  const ask = (name: string, until: Promise<void> = Promise.resolve()) =>
    queue.run(async () => {
      steps.push(name);
      await until;
      return name;
    });
  return { steps, queue, ask };
}

it('takes the words that came during a step as one step, in order', async () => {
  const { steps, queue, ask } = noted();
  const first = door();
  const asked = ask('A', first.passed);
  const told = ['a', 'b', 'c'].map((word) => queue.tell(word));
  first.open();
  await Promise.all([asked, ...told]);
  expect(steps).toEqual(['A', 'a+b+c']);
});

it('lets requests pass words that wait, but no more than four', async () => {
  const { steps, queue, ask } = noted();
  const first = door();
  const all: Promise<unknown>[] = [ask('A', first.passed), queue.tell('w')];
  for (const name of ['B', 'C', 'D', 'E', 'F']) all.push(ask(name));
  first.open();
  await Promise.all(all);
  expect(steps).toEqual(['A', 'B', 'C', 'D', 'w', 'E', 'F']);
});

it('never runs two steps at once', async () => {
  let running = 0;
  let most = 0;
  const step = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resume) => setImmediate(resume));
    running -= 1;
  };
  const queue = new StepQueue<number>(step);
  await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? queue.tell(n) : queue.run(step))));
  expect(most).toBe(1);
});

it('tells each of the words what became of their step, and goes on', async () => {
  const { steps, queue, ask } = noted();
  const told = await Promise.allSettled([queue.tell('good'), queue.tell('bad')]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(queue.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(ask('next')).resolves.toBe('next');
  expect(steps).toEqual(['good+bad', 'next']);
});

it('holds no more words in a step than may keep a request waiting', async () => {
  const sizes: number[] = [];
  const queue = new StepQueue<number>(async (words) => void sizes.push(words.length));
  await Promise.all(Array.from({ length: 130 }, (_, n) => queue.tell(n)));
  expect(sizes).toEqual([64, 64, 2]);
});

it('is settled once the requests and words that waited are done, and at once when nothing waits', async () => {
  const { steps, queue, ask } = noted();
  await queue.settled();
  const all = Promise.all([ask('A'), queue.tell('w'), ask('B')]);
  await queue.settled();
  expect(steps).toEqual(expect.arrayContaining(['A', 'B', 'w']));
  await all;
});

it('is settled although more keeps coming', async () => {
  const { queue, ask } = noted();
  let more = true;
  const keepAsking = async (): Promise<void> => {
    while (more) await Promise.all([ask('again'), queue.tell('w')]);
  };
  const asking = Promise.all([keepAsking(), keepAsking()]);
  await queue.settled();
  more = false;
  await asking;
});
