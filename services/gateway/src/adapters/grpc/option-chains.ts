import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { gatewayOptionsApi as api } from '@vega/contracts';
import type { OptionsData } from '../../app/options-data.ts';
import type { Batch } from '../../app/stream/channel.ts';
import type { ChainBody, ChainChannel } from '../../app/stream/chain/chain-channel.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { OPTION_CHAINS_ACCESS } from './definitions.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { followChannel, type FollowedChannel } from './grpc-follow.ts';

type ChainCall = ServerUnaryCall<api.GetChainRequest, api.GetChainResponse>;
type StreamCall = ServerWritableStream<api.StreamChainRequest, api.StreamChainResponse>;

/** `vega.gateway.v1.OptionChains` over the same service and the same hub as the other doors. */
export class OptionChainCalls {
  private readonly stream: FollowedChannel<api.StreamChainRequest, ChainBody, api.StreamChainResponse>;

  constructor(
    private readonly calls: GrpcCalls,
    private readonly options: OptionsData,
    private readonly hub: StreamHub,
    chains: ChainChannel,
  ) {
    this.stream = {
      method: 'StreamChain',
      channel: chains,
      response: api.StreamChainResponse,
      toAsked: ({ underlying, expiryDate, rateHz }) => ({
        instrument_key: underlying,
        ...(expiryDate === '' ? {} : { expiry_date: expiryDate }),
        ...(rateHz === 0 ? {} : { rate_hz: rateHz }),
      }),
      toMessage: toChainMessage,
    };
  }

  /** Answers one call; failures go out as its status. */
  getChain(call: ChainCall, answer: sendUnaryData<api.GetChainResponse>): void {
    void this.answerChain(call, answer);
  }

  /** Serves one stream until either side ends it. */
  streamChain(call: StreamCall): void {
    void followChannel(this.calls, this.hub, call, this.stream);
  }

  private async answerChain(call: ChainCall, answer: sendUnaryData<api.GetChainResponse>): Promise<void> {
    const admitted = this.calls.begin('GetChain', call);
    try {
      await this.calls.admit(call, OPTION_CHAINS_ACCESS.GetChain);
      const question = { ...call.request, immediate: false };
      const chain = await this.calls.within(admitted, () => this.options.fetchChain(question));
      admitted.done();
      answer(null, { chain });
    } catch (error) {
      answer(admitted.fail(error));
    }
  }
}

function toChainMessage({ seq, snapshot, body }: Batch<ChainBody>, timeMs: number): api.StreamChainResponse {
  return { seq, snapshot, timeMs, chain: { ...body.chain, full: snapshot, rows: [...body.rows] } };
}
