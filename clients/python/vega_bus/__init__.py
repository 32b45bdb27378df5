"""The bus of VEGA-TRADE for quant teams: see docs/quants.md."""

from .nats import BusError, Connection, Message
from .messages import message_class

__all__ = ["BusError", "Connection", "Message", "message_class"]
