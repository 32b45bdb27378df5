import { OrderNews } from '../orders/order-news.tsx';
import { OrderTicket } from './order-ticket.tsx';

/** What of trading is there on every page: the ticket, and what happens to orders. */
export function OrderDesk(): React.JSX.Element {
  return (
    <>
      <OrderTicket />
      <OrderNews />
    </>
  );
}
