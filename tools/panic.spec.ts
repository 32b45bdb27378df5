// The kill switch's door for when all of ours is down: against the simulated broker, whose own book says what became of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, runCommand } from '@vega/testkit';
import { startBrokerStage, type BrokerStage, type BrokerUser } from '@vega/testkit/stage';

const folder = mkdtempSync(join(tmpdir(), 'vega-panic-'));
let broker: BrokerStage;
let user: BrokerUser;

beforeAll(async () => {
  broker = await startBrokerStage({ folder });
  user = await broker.user(0);
}, 240_000);
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

const panic = (...args: string[]) =>
  runCommand(
    process.execPath,
    [
      '--conditions=@vega/source',
      '--disable-warning=ExperimentalWarning',
      join(projectRoot(), 'tools/panic.ts'),
      ...args,
    ],
    { timeoutMs: 60_000, cwd: projectRoot() },
  );

const statuses = async (): Promise<string[]> => {
  const { data } = await broker.get(user, '/v2/order/retrieve-all');
  return (data as { status: string }[]).map(({ status }) => status);
};

it('cancels what works at the broker and turns its switch on, with nothing of ours running', async () => {
  const call = (await broker.instruments()).find(
    ({ segment, instrument_type }) => segment === 'NSE_FO' && instrument_type === 'CE',
  );
  const order = {
    quantity: call?.lot_size,
    product: 'D',
    validity: 'DAY',
    price: 0.05,
    instrument_token: call?.instrument_key,
    order_type: 'LIMIT',
    transaction_type: 'BUY',
    disclosed_quantity: 0,
    trigger_price: 0,
    is_amo: false,
  };
  const placed = await broker.call(user, 'POST', '/v3/order/place', order);
  expect(placed.status).toBe(200);
  const file = join(folder, 'token');
  writeFileSync(file, `${user.token}\n`);
  const at = ['--broker-token-file', file, '--environment', 'simulator', '--simulator', broker.url];
  const stopped = await panic(...at);
  expect({ code: stopped.code, said: stopped.stderr }).toEqual({ code: 0, said: '' });
  expect(stopped.stdout).toContain('the broker refuses orders of NSE_FO from now on');
  expect(await statuses()).toEqual(['cancelled']);
  const { data } = await broker.get(user, '/v2/user/kill-switch');
  const switches = data as { segment: string; kill_switch_enabled: boolean }[];
  expect(switches.find(({ segment }) => segment === 'NSE_FO')).toMatchObject({ kill_switch_enabled: true });
  // The broker answers with an id and refuses the order behind it.
  await broker.call(user, 'POST', '/v3/order/place', order);
  expect((await statuses()).sort()).toEqual(['cancelled', 'rejected']);
}, 120_000);

it('says what it could not do', async () => {
  const file = join(folder, 'bad-token');
  writeFileSync(file, 'nonsense');
  const refused = await panic('--broker-token-file', file, '--environment', 'simulator', '--simulator', broker.url);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/book cannot be read/);
  expect((await panic('--door', 'http://127.0.0.1:9', '--secret-file', file)).code).toBe(1);
  expect((await panic('--stops', 'SOME')).code).toBe(2);
}, 120_000);
