import { RepeatedRequests } from './repeated-requests.ts';

describe('repeated requests', () => {
  let done: number;
  let requests: RepeatedRequests<number>;
  const work = (): Promise<number> => Promise.resolve((done += 1));

  beforeEach(() => {
    done = 0;
    requests = new RepeatedRequests();
  });

  it('are given the first answer, also while it is under way', async () => {
    const both = [requests.once('a', 'x', work), requests.once('a', 'x', work)];
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(await requests.once('a', 'x', work)).toBe(1);
    expect(await requests.once('b', 'x', work)).toBe(2);
  });

  it('are refused when they ask for something else, and done anew without an id or after a failure', async () => {
    await requests.once('a', 'x', work);
    expect(() => requests.once('a', 'y', work)).toThrow('another request');
    await requests.once('', 'x', work);
    expect(await requests.once('', 'x', work)).toBe(3);
    await expect(requests.once('c', 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await requests.once('c', 'x', work)).toBe(4);
  });

  it('are forgotten when there are too many', async () => {
    for (let n = 0; n < 1_001; n += 1) await requests.once(`id-${n}`, 'x', work);
    expect(await requests.once('id-1000', 'x', work)).toBe(1_001);
    expect(await requests.once('id-0', 'x', work)).toBe(1_002);
  });
});
