import { askShard, optionsRpc, toBytes, type RpcContract } from '@vega/contracts';
import { badRequest, serveRpc, type AnswerParts, type Bus } from '@vega/platform';
import type { Asked, Questions } from '../../app/questions.ts';

type Answer = (request: Uint8Array, asked: Asked) => Promise<Uint8Array>;

function answers<Req, Res>(
  contract: RpcContract<Req, Res>,
  handle: (request: Req, asked: Asked) => Promise<Res>,
): readonly [string, Answer] {
  return [
    contract.method,
    async (request, asked) => toBytes(contract.response, await handle(contract.request.decode(request), asked)),
  ];
}

/** Answers what other replicas pass on to this one. Returns what ends it. */
export function openShardDoor(
  parts: AnswerParts & { readonly bus: Bus },
  replica: string,
  questions: Questions,
): () => Promise<void> {
  const methods = new Map<string, Answer>([
    answers(optionsRpc.getChain, (request, asked) => questions.getChain(request, asked)),
    answers(optionsRpc.getAnalytics, (request, asked) => questions.getAnalytics(request, asked)),
    answers(optionsRpc.getSmile, (request, asked) => questions.getSmile(request, asked)),
    answers(optionsRpc.getIvHistory, (request, asked) => questions.getIvHistory(request, asked)),
    answers(optionsRpc.evaluatePayoff, (request, asked) => questions.evaluatePayoff(request, asked)),
  ]);
  return serveRpc(parts, askShard(replica), async ({ method, request }, { deadlineMs }) => {
    const answer = methods.get(method);
    if (answer === undefined) throw badRequest(`"${method.slice(0, 40)}" is not passed on between replicas`);
    return { response: await answer(request, { deadlineMs, passedOn: true }) };
  });
}
