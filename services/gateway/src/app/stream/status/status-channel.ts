import type { ChannelSubscription, Held, Resolved, StreamChannel, SubscriptionHandle } from '../channel.ts';
import type { FeedWatch, StatusFigures } from './feed-watch.ts';

/** Sessions and health of the feed as every client is shown them. */
export class StatusChannel implements StreamChannel<object, Resolved, StatusFigures> {
  readonly access = { scope: 'read' } as const;
  readonly name = 'status';
  readonly request = {};
  private readonly subscriptions = new Set<StatusSubscription>();

  constructor(private readonly watch: FeedWatch) {
    watch.listen({
      onChange: () => {
        for (const subscription of this.subscriptions) subscription.noteChange();
      },
    });
  }

  resolve(): Resolved {
    return {};
  }

  open(handle: SubscriptionHandle): StatusSubscription {
    const subscription: StatusSubscription = new StatusSubscription(handle, this.watch, () =>
      this.subscriptions.delete(subscription),
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  toJson(figures: StatusFigures): string {
    return JSON.stringify(figures);
  }

  close(): Promise<void> {
    this.watch.close();
    return Promise.resolve();
  }
}

/** One client's status subscription: it holds nothing, and is shown the whole at every change. */
class StatusSubscription implements ChannelSubscription<Resolved, StatusFigures> {
  readonly itemCount = 1;
  hasChanges = false;

  constructor(
    private readonly handle: SubscriptionHandle,
    private readonly watch: FeedWatch,
    private readonly onRelease: () => void,
  ) {}

  hold(): Held {
    return { reply: {}, items: undefined, notices: [] };
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  snapshot(): StatusFigures {
    this.hasChanges = false;
    return this.watch.figures();
  }

  changes(): StatusFigures {
    return this.snapshot();
  }

  noteChange(): void {
    this.hasChanges = true;
    this.handle.changed();
  }

  release(): void {
    this.onRelease();
  }
}
