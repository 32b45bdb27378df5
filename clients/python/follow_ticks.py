"""Follows ticks and prints each as a line of JSON. Ends after `--count` ticks."""

import argparse
import json

from vega_bus import Connection, message_class

Tick = message_class("vega.md.v1.Tick")

options = argparse.ArgumentParser()
options.add_argument("--nats", default="nats://127.0.0.1:14222")
options.add_argument("--team", default="demo")
options.add_argument("--seed", default=".vega/bus/quants-demo.nk")
options.add_argument("--subject", default="md.v1.tick.>")
options.add_argument("--count", type=int, default=100)
options.add_argument("--from-start", action="store_true", help="what the stream still has first, then what comes")
given = options.parse_args()

bus = Connection(given.nats, f"quants-{given.team}", given.seed)
if given.from_start:
    messages = bus.read_durable("MD_TICKS", given.team)
else:
    bus.subscribe(given.subject)
    messages = bus.messages()

last = {}
for number, message in enumerate(messages, start=1):
    tick = Tick.FromString(message.data)
    # A new epoch starts the count anew; a gap means that core NATS dropped something, and the next tick is whole again.
    epoch, seq = last.get(tick.instrument_key, (tick.feed_epoch, tick.seq - 1))
    gap = tick.seq - seq - 1 if tick.feed_epoch == epoch else 0
    last[tick.instrument_key] = (tick.feed_epoch, tick.seq)
    price = tick.last_price_paise / 100
    print(json.dumps({"instrument": tick.instrument_key, "seq": tick.seq, "gap": gap, "last_price": price}), flush=True)
    if number >= given.count:
        break
bus.close()
