// The ticket and the orders page of a running stack as a trader has them open. Whatever the page says happened must stand in the
// simulator's journal, which is the broker's own record, and nothing else may stand there.
import { join } from 'node:path';
import { eventually } from '@vega/testkit';
import { readJournal } from '@vega/upstox-sim';
import type { Page } from 'playwright-core';
import { stateWithOpenMarket } from './open-market.ts';
import { describeInBrowser, openScreen, SCREEN_START_MS, SCREEN_TEST_MS, WAIT_MS, type Screen } from './screen.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

const LOT = 65;

/** An order as the broker has it. */
interface BrokerOrder {
  readonly orderId: string;
  readonly instrument: string;
  side: string;
  quantity: number;
  pricePaise: number;
  status: string;
  message: string;
  filled: number;
}

describeInBrowser('ticket and orders of a running stack (needs Chromium)', () => {
  let stack: TestStack;
  let screen: Screen;
  let page: Page;
  let account: string;

  beforeAll(async () => {
    stack = await startTestStack({ state: await stateWithOpenMarket(), withinMs: SCREEN_START_MS });
    screen = await openScreen(stack.addresses.gateway);
    ({ page } = screen);
    await go('/orders');
    account = await page.getByRole('combobox', { name: 'Account', exact: true }).inputValue();
    await eventually(
      async () => {
        const answer = await stack.fetch(`/api/v1/orders/writer?account_id=${account}`);
        const writer = (await answer.json()) as { reconciled_at_ms?: number | null; market_source?: string | null };
        return answer.status === 200 && writer.reconciled_at_ms !== null && writer.market_source === 'simulator';
      },
      { withinMs: WAIT_MS, everyMs: 200, what: 'a writer that has read the books' },
    );
  }, SCREEN_START_MS + SCREEN_TEST_MS);
  afterAll(async () => {
    await screen?.close();
    await stack?.close();
    expect(screen?.failures).toEqual([]);
  }, SCREEN_TEST_MS);

  /** Every order that the broker ever received, in their order. */
  function brokerOrders(): BrokerOrder[] {
    const orders = new Map<string, BrokerOrder>();
    const { records } = readJournal(join(stack.state, 'data/upstox-sim/trading'));
    for (const record of records as unknown as Record<string, unknown>[]) {
      const orderId = String(record['orderId'] ?? '');
      const held = orders.get(orderId);
      if (record['type'] === 'order-received') {
        const { key = record['instrument'] } = (record['instrument'] ?? {}) as { key?: unknown };
        orders.set(orderId, {
          orderId,
          instrument: String(key),
          ...termsOf(record['terms']),
          status: '',
          message: '',
          filled: 0,
        });
      } else if (held === undefined) continue;
      else if (record['type'] === 'order-modified') Object.assign(held, termsOf(record['terms']));
      else if (record['type'] === 'trade') held.filled += Number(record['quantity']);
      else if (record['type'] === 'order-status') {
        held.status = String(record['status']);
        held.message = String(record['message'] ?? '');
      }
    }
    return [...orders.values()];
  }

  const latest = (): BrokerOrder => {
    const last = brokerOrders().at(-1);
    if (last === undefined) throw new Error('the broker has no order');
    return last;
  };
  const untilBroker = (what: string, holds: (order: BrokerOrder) => boolean): Promise<unknown> =>
    eventually(() => brokerOrders().length > 0 && holds(latest()), { withinMs: WAIT_MS, what });

  const go = (path: string): Promise<void> => page.locator(`nav[aria-label=Pages] a[href="${path}"]`).first().click();
  const atmCall = () => page.locator('.chain .grid-body [data-atm] [data-cell="call.last"]');
  const outcome = () => page.locator('[data-testid=ticket-outcome]');
  const rows = () => page.locator('.orders .grid-body [data-row]');

  /** Keys of a page mean something once it is there. */
  async function openOrders(): Promise<void> {
    await go('/orders');
    await rows().first().waitFor();
  }

  async function openChain(): Promise<void> {
    await go('/chain');
    await atmCall().filter({ hasText: /\d/ }).waitFor();
  }

  /** Opens the ticket by a key, for the call of a row or for the one at the money; gives its bid, rupees. */
  async function openTicket(key: 'b' | 's', row?: string): Promise<number> {
    await openChain();
    await page.keyboard.press('a');
    await (row === undefined ? atmCall() : page.locator(`.chain [data-row="${row}"] [data-cell="call.last"]`)).click();
    await page.keyboard.press(key);
    const price = page.getByLabel('Price', { exact: true });
    await eventually(async () => (await price.inputValue()) !== '', { withinMs: WAIT_MS, what: 'a price' });
    const bid = await page.locator('.quoted').first().locator('.buy').innerText();
    return Number(bid.replaceAll(',', ''));
  }

  async function review(): Promise<void> {
    await page.keyboard.press('Enter');
    await page.locator('.ticket-body[data-phase=review]').waitFor();
  }

  async function closeTicket(): Promise<void> {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** A price that rests in the book: below the bid, on the grid. */
  const resting = (bid: number): string => (Math.round((bid * 0.8) / 0.05) * 0.05).toFixed(2);

  it(
    'places an order once, however often it is pressed, as the broker has it',
    async () => {
      const price = resting(await openTicket('b'));
      await page.getByLabel('Price', { exact: true }).fill(price);
      await page.locator('[data-testid=preview]').filter({ hasText: 'Would be accepted' }).waitFor();
      expect(await page.locator('[data-fact="Charges"]').innerText()).toMatch(/₹ \d/);
      await screen.shot('ticket');
      await screen.expectAccessible('ticket', '.chain');
      await review();
      await page.getByRole('button', { name: /Send/ }).dblclick();
      await outcome().filter({ hasText: 'Accepted' }).waitFor();
      await page.locator('[data-testid=ticket-status]').filter({ hasText: 'Open' }).waitFor();
      expect(brokerOrders()).toHaveLength(1);
      expect(latest()).toMatchObject({ side: 'BUY', quantity: LOT, filled: 0, status: 'open' });
      expect(latest().pricePaise).toBe(Math.round(Number(price) * 100));
      await closeTicket();
    },
    SCREEN_TEST_MS,
  );

  it(
    'changes it in place, shows its way, and cancels it by a key',
    async () => {
      await openOrders();
      await rows().locator('[data-cell=status]').filter({ hasText: 'Open' }).waitFor();
      await rows().first().locator('[role=rowheader]').click();
      const form = page.getByRole('form', { name: 'Change the order' });
      const before = Number(await form.getByLabel('Price').inputValue());
      const wanted = (before - 0.5).toFixed(2);
      await form.getByLabel('Price').fill(wanted);
      await form.getByRole('button', { name: 'Change' }).click();
      await form.getByText('Changed.').waitFor();
      await rows().first().locator('[data-cell=price]').filter({ hasText: wanted }).waitFor();
      expect(latest().pricePaise).toBe(Math.round(Number(wanted) * 100));
      await page
        .locator('[data-testid=hops]')
        .filter({ hasText: /recorded .* sent .* answered/ })
        .waitFor();
      await page.locator('[data-testid=timeline] [data-kind=MODIFIED]').waitFor();
      await screen.shot('orders');
      await screen.expectAccessible('orders');
      await rows().first().locator('[role=rowheader]').focus();
      await page.keyboard.press('x');
      await rows().first().locator('[data-cell=status]').filter({ hasText: 'Cancelled' }).waitFor();
      await untilBroker('a cancelled order', ({ status }) => status === 'cancelled');
      expect(brokerOrders()).toHaveLength(1);
    },
    SCREEN_TEST_MS,
  );

  it(
    'says that an order is unknown when its answer is lost, and asking again makes no second one',
    async () => {
      let isLost = false;
      await page.route('**/api/v1/orders/place', async (route) => {
        if (isLost) return route.continue();
        isLost = true;
        await route.fetch();
        return route.abort();
      });
      const price = resting(await openTicket('b'));
      await page.getByLabel('Price', { exact: true }).fill(price);
      await review();
      await page.keyboard.press('Control+Enter');
      await outcome().filter({ hasText: 'Unknown' }).waitFor();
      await untilBroker('the second order', ({ status }) => status === 'open');
      await page.getByRole('button', { name: 'Ask again' }).click();
      await outcome().filter({ hasText: 'Accepted' }).waitFor();
      expect(brokerOrders()).toHaveLength(2);
      await closeTicket();
      await openOrders();
      await page.keyboard.press('Shift+X');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel all' }).click();
      await untilBroker('a cancelled order', ({ status }) => status === 'cancelled');
      await page.locator('[data-filter=open]').filter({ hasText: 'Open 0' }).waitFor();
    },
    SCREEN_TEST_MS,
  );

  it(
    'denies what breaks a rule, with its numbers, and the broker never hears of it',
    async () => {
      const bid = await openTicket('b');
      await page.getByLabel('Price', { exact: true }).fill((Math.round(bid * 60) / 20).toFixed(2));
      await page.locator('[data-testid=preview]').filter({ hasText: 'Would be denied' }).waitFor();
      await review();
      await page.keyboard.press('Control+Enter');
      await outcome().filter({ hasText: 'Denied' }).waitFor();
      await outcome().locator('[data-testid=checks] tr').filter({ hasText: 'failed' }).first().waitFor();
      await screen.shot('ticket-denied');
      expect(brokerOrders()).toHaveLength(2);
      await closeTicket();
      await openOrders();
      await rows().first().locator('[data-cell=status]').filter({ hasText: 'Denied' }).waitFor();
    },
    SCREEN_TEST_MS,
  );

  it(
    'fills market orders with protection, in and out again, whose trades the broker has as well',
    async () => {
      await openChain();
      const row = (await page.locator('.chain .grid-body [data-atm]').getAttribute('data-row')) ?? '';
      for (const [key, side] of [
        ['b', 'BUY'],
        ['s', 'SELL'],
      ] as const) {
        await openTicket(key, row);
        await page.getByRole('radiogroup', { name: 'Type' }).getByText('Market', { exact: true }).click();
        await review();
        await page.keyboard.press('Control+Enter');
        await page
          .locator('[data-testid=ticket-status]')
          .filter({ hasText: `Filled, ${LOT} of ${LOT}` })
          .waitFor();
        expect(latest()).toMatchObject({ side, quantity: LOT, filled: LOT });
        expect(latest().pricePaise).toBeGreaterThan(0);
        await closeTicket();
      }
      await openOrders();
      await page.keyboard.press('r');
      const trades = page.locator('[data-testid=trades] tbody tr');
      await trades.first().waitFor();
      const units = async (): Promise<number> => {
        const texts = await trades.locator('td:nth-child(4)').allInnerTexts();
        return texts.reduce((sum, one) => sum + Number(one), 0);
      };
      await eventually(async () => (await units()) === 2 * LOT, { withinMs: WAIT_MS, what: 'the trades of both' });
      await page.keyboard.press('r');
    },
    SCREEN_TEST_MS,
  );

  it(
    'shows what the broker rejects in its own words',
    async () => {
      // The broker takes it only from an account without a position in the segment.
      const answer = await stack.fetch('/api/v1/risk/broker-kill-switch', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ account_id: account, segments: ['NSE_FO'], enable: true }),
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
      const price = resting(await openTicket('b'));
      await page.getByLabel('Price', { exact: true }).fill(price);
      await review();
      await page.keyboard.press('Control+Enter');
      await page.locator('[data-testid=ticket-status]').filter({ hasText: 'Rejected' }).waitFor();
      await closeTicket();
      await openOrders();
      await rows().first().locator('[data-cell=status]').filter({ hasText: 'Rejected' }).waitFor();
      await rows().first().locator('[role=rowheader]').click();
      const reason = await page.locator('[data-testid=reason]').innerText();
      expect(reason.toLowerCase()).toContain('kill switch');
      await screen.shot('orders-rejected');
      // What is open at the broker is what the page has as open: nothing.
      expect(brokerOrders().filter(({ status }) => status === 'open')).toEqual([]);
      expect(await page.locator('[data-filter=open]').innerText()).toContain('0');
    },
    SCREEN_TEST_MS,
  );

  it(
    'stops orders by the kill switch, fits a phone, and shows both themes',
    async () => {
      await page.getByRole('button', { name: 'Kill switch' }).click();
      await page.getByRole('button', { name: 'Stop orders now' }).click();
      await page.locator('[data-testid=kill-said]').filter({ hasText: 'Engaged' }).waitFor();
      await closeTicket();
      const before = brokerOrders().length;
      await openTicket('b');
      await page.locator('[data-testid=preview]').filter({ hasText: 'KILL_SWITCH_ENGAGED' }).waitFor();
      await closeTicket();
      expect(brokerOrders()).toHaveLength(before);
      await openOrders();
      await page.keyboard.press('t');
      await page.locator('html[data-theme=light]').waitFor();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.locator('.bottom-link').filter({ hasText: 'Orders' }).click();
      await rows().first().waitFor();
      await screen.shot('phone-orders');
      await screen.expectAccessible('phone, orders, light');
    },
    SCREEN_TEST_MS,
  );
});

/** The terms of the journal that a page shows as well. */
function termsOf(terms: unknown): Pick<BrokerOrder, 'side' | 'quantity' | 'pricePaise'> {
  const { side, quantity, pricePaise } = terms as Record<string, unknown>;
  return { side: String(side), quantity: Number(quantity), pricePaise: Number(pricePaise ?? 0) };
}
