import type { Party } from './parties.ts';
import { rpc, type RpcContract } from './rpc-contract.ts';
import { subjects } from './subjects.ts';
import { OrderIntent, SubmitReply } from './gen/vega/ord/v1/order.ts';
import {
  CancelAllRequest,
  CancelAllResponse,
  CancelOrderRequest,
  CancelOrderResponse,
  EngageRequest,
  EngageResponse,
  GetBookRequest,
  GetBookResponse,
  GetBrokerSwitchRequest,
  GetBrokerSwitchResponse,
  GetEventsRequest,
  GetEventsResponse,
  GetLimitsRequest,
  GetLimitsResponse,
  GetOrderRequest,
  GetOrderResponse,
  GetSwitchesRequest,
  GetSwitchesResponse,
  GetTimelineRequest,
  GetTimelineResponse,
  GetTradesRequest,
  GetTradesResponse,
  GetWriterRequest,
  GetWriterResponse,
  ModifyOrderRequest,
  ModifyOrderResponse,
  PreviewRequest,
  PreviewResponse,
  ReconcileRequest,
  ReconcileResponse,
  ReleaseRequest,
  ReleaseResponse,
  ResumeAccountRequest,
  ResumeAccountResponse,
  SetBrokerSwitchRequest,
  SetBrokerSwitchResponse,
  SetLimitsRequest,
  SetLimitsResponse,
  WriterCommand,
  WriterCommandReply,
} from './gen/vega/ord/v1/orders_rpc.ts';

const ORDERS = 'orders';

const DOOR: readonly Party[] = ['gateway'];
/** Whoever follows orders or decides on them. */
const FOLLOWERS: readonly Party[] = ['gateway', 'strategy', 'portfolio'];
const TRADERS: readonly Party[] = ['gateway', 'strategy'];

/** The methods orders answers, by whichever replica is asked. */
export const ordersRpc = {
  getBook: rpc(
    ORDERS,
    'get-book',
    FOLLOWERS,
    GetBookRequest,
    GetBookResponse,
    3_000,
    'Orders of an account, newest first.',
  ),
  getOrder: rpc(
    ORDERS,
    'get-order',
    FOLLOWERS,
    GetOrderRequest,
    GetOrderResponse,
    2_000,
    'One order with its children.',
  ),
  getTimeline: rpc(
    ORDERS,
    'get-timeline',
    DOOR,
    GetTimelineRequest,
    GetTimelineResponse,
    3_000,
    'Every event of one order, oldest first.',
  ),
  getTrades: rpc(ORDERS, 'get-trades', FOLLOWERS, GetTradesRequest, GetTradesResponse, 3_000, 'Fills of an account.'),
  getEvents: rpc(
    ORDERS,
    'get-events',
    FOLLOWERS,
    GetEventsRequest,
    GetEventsResponse,
    3_000,
    'Events of an account from a sequence number on, for whoever saw a gap.',
  ),
  preview: rpc(
    ORDERS,
    'preview',
    TRADERS,
    PreviewRequest,
    PreviewResponse,
    8_000,
    'Checks, slices, margin, charges and effect on the book of an intent; sends nothing.',
  ),
  modify: rpc(ORDERS, 'modify', TRADERS, ModifyOrderRequest, ModifyOrderResponse, 15_000, 'Changes a working order.'),
  cancel: rpc(ORDERS, 'cancel', TRADERS, CancelOrderRequest, CancelOrderResponse, 15_000, 'Cancels a working order.'),
  cancelAll: rpc(ORDERS, 'cancel-all', TRADERS, CancelAllRequest, CancelAllResponse, 30_000, 'Cancels what works.'),
  getLimits: rpc(
    ORDERS,
    'get-limits',
    TRADERS,
    GetLimitsRequest,
    GetLimitsResponse,
    2_000,
    'Limits of an account and its use.',
  ),
  setLimits: rpc(ORDERS, 'set-limits', DOOR, SetLimitsRequest, SetLimitsResponse, 3_000, 'Replaces limits; audited.'),
  engage: rpc(
    ORDERS,
    'engage',
    TRADERS,
    EngageRequest,
    EngageResponse,
    10_000,
    'Engages a kill switch; answers after commit.',
  ),
  release: rpc(ORDERS, 'release', DOOR, ReleaseRequest, ReleaseResponse, 5_000, 'Releases a kill switch.'),
  getSwitches: rpc(
    ORDERS,
    'get-switches',
    TRADERS,
    GetSwitchesRequest,
    GetSwitchesResponse,
    2_000,
    'Every engaged kill switch.',
  ),
  getBrokerSwitch: rpc(
    ORDERS,
    'get-broker-switch',
    DOOR,
    GetBrokerSwitchRequest,
    GetBrokerSwitchResponse,
    10_000,
    "The broker's own kill switch, by segment.",
  ),
  setBrokerSwitch: rpc(
    ORDERS,
    'set-broker-switch',
    DOOR,
    SetBrokerSwitchRequest,
    SetBrokerSwitchResponse,
    15_000,
    "Turns the broker's own kill switch of segments on or off.",
  ),
  reconcile: rpc(
    ORDERS,
    'reconcile',
    DOOR,
    ReconcileRequest,
    ReconcileResponse,
    30_000,
    "Compares our orders with the broker's book now.",
  ),
  getWriter: rpc(
    ORDERS,
    'get-writer',
    TRADERS,
    GetWriterRequest,
    GetWriterResponse,
    2_000,
    "How an account's writer does.",
  ),
  resume: rpc(
    ORDERS,
    'resume',
    DOOR,
    ResumeAccountRequest,
    ResumeAccountResponse,
    5_000,
    'Ends the halt of an account.',
  ),
} as const;

/** Submits an intent: answered by the one writer of the account, after its commit. */
export function orderSubmit(accountId: string): RpcContract<OrderIntent, SubmitReply> {
  return {
    service: ORDERS,
    method: 'submit',
    callers: TRADERS,
    subject: subjects.orderSubmit(accountId),
    request: OrderIntent,
    response: SubmitReply,
    deadlineMs: 3_000,
    summary: 'An intent for the one writer of the account.',
  };
}

/** What a replica of orders asks the account's writer, which may be another replica. */
export function writerCommand(accountId: string): RpcContract<WriterCommand, WriterCommandReply> {
  return {
    service: ORDERS,
    method: 'command',
    callers: [ORDERS],
    subject: subjects.orderCommand(accountId),
    request: WriterCommand,
    response: WriterCommandReply,
    deadlineMs: 30_000,
    summary: 'What only the writer of an account can do.',
  };
}
