import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { OutcomeError } from '@vega/kernel';
import { SERVICE_CONTEXT, type ServiceContext } from '@vega/platform';
import { FeedWatch } from '../../app/stream/status/feed-watch.ts';
import { Open } from './access.ts';
import { Answers } from './answers.ts';

/** Whether the process runs. */
export class LivenessView {
  @ApiProperty({ type: Boolean })
  live!: boolean;
}

/** Whether the gateway can do its work. */
export class ReadinessView {
  @ApiProperty({ type: Boolean })
  ready!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Each check: ok, or what is wrong.',
  })
  checks!: Record<string, string>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Services behind the gateway: ok, or what is wrong. They do not decide whether it is ready.',
  })
  behind!: Record<string, string>;
}

/** Liveness and readiness as clients and load balancers see them. */
@ApiTags('health')
@Open()
@Controller('health')
export class HealthController {
  constructor(
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
    @Inject(FeedWatch) private readonly watch: FeedWatch,
  ) {}

  @Get('live')
  @Answers(LivenessView, 'Whether the process runs', [])
  live(): LivenessView {
    return { live: true };
  }

  // Ready means connected to NATS and Redis. market-feed is told, not required: without it the gateway still serves what
  // is known with its age, and taking every replica out of the load balancer would turn stale data into no data.
  @Get('ready')
  @Answers(ReadinessView, 'Whether the gateway can do its work', ['SERVICE_UNAVAILABLE'])
  async ready(): Promise<ReadinessView> {
    const { ready, checks } = await this.context.health.readiness();
    if (!ready) throw new OutcomeError('SERVICE_UNAVAILABLE', 'the gateway is not ready', checks, true);
    const { feed } = this.watch.figures();
    const word = feed.state === 'GREEN' ? 'ok' : `${feed.state}: ${feed.reasons.join('; ') || 'no reason given'}`;
    return { ready, checks: { ...checks }, behind: { 'market-feed': word } };
  }
}
