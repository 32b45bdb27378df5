import { LagGauge } from './lag-gauge.ts';

const START = 1_765_773_004_546;

describe('lag gauge', () => {
  it.each([1, 10, 1_000])('sees none while frames come in step with a clock that runs %d times as fast', (speed) => {
    const gauge = new LagGauge();
    for (let ms = 0; ms < 300_000; ms += 100) gauge.observe(START + ms * speed, ms + 7);
    expect(gauge.take()).toBeLessThan(1);
  });

  it('sees a delay when it begins, for as long as it lasts, and none after', () => {
    const gauge = new LagGauge();
    for (let ms = 0; ms < 60_000; ms += 100) gauge.observe(START + ms, ms);
    expect(gauge.take()).toBe(0);
    for (let ms = 60_000; ms < 90_000; ms += 100) gauge.observe(START + ms, ms + 4_000);
    expect(gauge.take()).toBe(4_000);
    for (let ms = 94_000; ms < 95_000; ms += 100) gauge.observe(START + ms, ms);
    expect(gauge.take()).toBe(0);
  });

  it('takes no frame of the same time again for late', () => {
    const gauge = new LagGauge();
    gauge.observe(START, 0);
    gauge.observe(START, 60_000);
    expect(gauge.take()).toBe(0);
  });

  it('forgets what is usual after two minutes and when told to', () => {
    const gauge = new LagGauge();
    gauge.observe(START, 0);
    gauge.observe(START + 1, 200_000);
    expect(gauge.take()).toBe(0);
    gauge.observe(START + 2, 230_000);
    expect(gauge.take()).toBe(29_999);
    gauge.restart();
    gauge.observe(START + 3, 400_000);
    expect(gauge.take()).toBe(0);
  });
});
