import { Health } from './health.ts';
import { registerHealthMetrics } from './health-metrics.ts';
import { createMetrics } from './metrics.ts';

describe('readiness as metrics', () => {
  it('tells of each check and of the whole, as it is at the scrape', async () => {
    const health = new Health();
    const metrics = createMetrics('spec');
    const problems: string[] = [];
    let looks = 0;
    health.register({
      name: 'disk',
      check: () => {
        looks += 1;
        return problems[0];
      },
    });
    health.register({ name: 'nats', check: () => undefined });
    registerHealthMetrics(metrics, health);

    const well = await metrics.registry.metrics();
    expect(well).toContain('vega_ready{service="spec"} 1');
    expect(well).toContain('vega_health_check{check="disk",service="spec"} 1');
    expect(looks).toBe(1);

    problems.push('full');
    const ill = await metrics.registry.metrics();
    expect(ill).toContain('vega_ready{service="spec"} 0');
    expect(ill).toContain('vega_health_check{check="disk",service="spec"} 0');
    expect(ill).toContain('vega_health_check{check="nats",service="spec"} 1');
    expect(looks).toBe(2);
  });
});
