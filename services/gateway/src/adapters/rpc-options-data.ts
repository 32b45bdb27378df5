import {
  optionsRpc,
  type ChainId,
  type ChainUpdate,
  type EvaluatePayoffRequest,
  type GetChainRequest,
} from '@vega/contracts';
import { OperationalError } from '@vega/kernel';
import type { RpcClient } from '@vega/platform';
import type { OptionsData } from '../app/options-data.ts';

/** options over the bus. */
export class RpcOptionsData implements OptionsData {
  constructor(private readonly rpc: RpcClient) {}

  async fetchChain(request: GetChainRequest): Promise<ChainUpdate> {
    const { chain } = await this.rpc.call(optionsRpc.getChain, request);
    if (chain === undefined) throw new OperationalError('SERVICE_UNAVAILABLE', 'options answered no chain', 'rejected');
    return chain;
  }

  listUnderlyings(): ReturnType<OptionsData['listUnderlyings']> {
    return this.rpc.call(optionsRpc.listUnderlyings, {});
  }

  listExpiries(underlying: string): ReturnType<OptionsData['listExpiries']> {
    return this.rpc.call(optionsRpc.listExpiries, { underlying });
  }

  fetchSmile(underlying: string, expiryDate: string): ReturnType<OptionsData['fetchSmile']> {
    return this.rpc.call(optionsRpc.getSmile, { underlying, expiryDate });
  }

  fetchAnalytics(underlying: string, expiryDate: string): ReturnType<OptionsData['fetchAnalytics']> {
    return this.rpc.call(optionsRpc.getAnalytics, { underlying, expiryDate });
  }

  fetchIvHistory(underlying: string, days: number): ReturnType<OptionsData['fetchIvHistory']> {
    return this.rpc.call(optionsRpc.getIvHistory, { underlying, days });
  }

  evaluatePayoff(request: EvaluatePayoffRequest): ReturnType<OptionsData['evaluatePayoff']> {
    return this.rpc.call(optionsRpc.evaluatePayoff, request);
  }

  renewChainInterest(holder: string, chains: readonly ChainId[]): ReturnType<OptionsData['renewChainInterest']> {
    return this.rpc.call(optionsRpc.renewChainInterest, { holder, chains: [...chains] });
  }
}
