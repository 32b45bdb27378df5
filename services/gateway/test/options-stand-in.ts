// Answers what the gateway asks options and publishes a chain on a real nats-server, from data that a spec may change.
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  ChainUpdate,
  EvaluatePayoffResponse,
  optionsRpc,
  subjects,
  toBytes,
  type EvaluatePayoffRequest,
  type GetChainRequest,
  type RpcContract,
} from '@vega/contracts';
import type { OutcomeError } from '@vega/kernel';
import { encodeError } from '@vega/platform';
import { chainRow, chainUpdate, UNDERLYING } from './in-memory-chains.ts';

const EXPIRY = '2026-12-01';

/** A stand-in for options that keeps one chain. */
export class OptionsStandIn {
  present = chainUpdate(7, 1, true, chainRow(100, 1_005), chainRow(200, 2_010));
  readonly asked: GetChainRequest[] = [];
  readonly evaluated: EvaluatePayoffRequest[] = [];
  /** Answers the next questions with it. */
  refusal: OutcomeError | undefined;
  /** While true no question is answered. */
  isSilent = false;
  /** How often the gateway said that it wants chains, and how many. */
  readonly renewals: number[] = [];

  private constructor(private readonly nc: NatsConnection) {}

  static async start(natsUrl: string): Promise<OptionsStandIn> {
    const one = new OptionsStandIn(await connect({ servers: natsUrl }));
    one.answer(optionsRpc.getChain, (request) => {
      one.asked.push(request);
      return { chain: one.present };
    });
    one.answer(optionsRpc.evaluatePayoff, (request) => {
      one.evaluated.push(request);
      const charges = { totalPaise: 2_654, brokeragePaise: 2_000, sttPaise: 0, transactionPaise: 231, sebiPaise: 1 };
      return EvaluatePayoffResponse.create({
        underlyingKey: UNDERLYING,
        spots: [100, 200],
        curves: [{ daysAhead: 1, atExpiry: true, profitRupees: [-5, 7.5], netProfitRupees: [-31.54, -19.04] }],
        maxLossRupees: -5,
        entryCharges: { ...charges, gstPaise: 402, stampPaise: 20, orders: 1 },
      });
    });
    one.answer(optionsRpc.renewChainInterest, ({ chains }) => {
      one.renewals.push(chains.length);
      return { expiresAtMs: Date.now() + 30_000, refused: [] };
    });
    await one.nc.flush();
    return one;
  }

  /** Publishes the strikes that changed, one place further, and keeps them. */
  change(...rows: ReturnType<typeof chainRow>[]): ChainUpdate {
    const seq = this.present.seq + 1;
    const changed = new Map(rows.map((row) => [row.strikePaise, row]));
    const kept = this.present.rows.map((row) => changed.get(row.strikePaise) ?? row);
    this.present = { ...this.present, seq, rows: kept };
    const update = chainUpdate(this.present.epoch, seq, false, ...rows);
    this.nc.publish(subjects.chain(UNDERLYING, EXPIRY), toBytes(ChainUpdate, update));
    return update;
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  private answer<Req, Res>(contract: RpcContract<Req, Res>, make: (request: Req) => Res): void {
    this.nc.subscribe(contract.subject, {
      queue: contract.service,
      callback: (error, message) => {
        if (error !== null || this.isSilent) return;
        if (this.refusal !== undefined) {
          const { headers, body } = encodeError(this.refusal);
          message.respond(body, { headers });
        } else message.respond(toBytes(contract.response, make(contract.request.decode(message.data))));
      },
    });
  }
}
