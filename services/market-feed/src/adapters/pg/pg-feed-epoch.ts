import type pg from 'pg';
import type { EpochSource } from '../../app/feed-ports.ts';

/** Feed epochs from a sequence of the database: strictly growing over restarts and replicas. */
export class PgFeedEpoch implements EpochSource {
  constructor(private readonly pool: pg.Pool) {}

  async next(): Promise<number> {
    const { rows } = await this.pool.query<{ epoch: number }>(`SELECT nextval('feed_epoch') AS epoch`);
    const epoch = rows[0]?.epoch;
    if (epoch === undefined) throw new Error('the sequence of feed epochs gave nothing');
    return epoch;
  }
}
