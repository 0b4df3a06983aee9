"""Alerts: what happened, who is told by which way, and who chose so."""

from dunwell.alerts.models.alerts import Alert, AlertReceipt, AlertSend, AlertWatch, SendState, SendWay
from dunwell.alerts.models.choices import AlertDestination, AlertRule

__all__ = [
    "Alert",
    "AlertDestination",
    "AlertReceipt",
    "AlertRule",
    "AlertSend",
    "AlertWatch",
    "SendState",
    "SendWay",
]
