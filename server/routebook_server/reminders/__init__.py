"""Reminders: what falls due for whom, sent to his devices in that minute, confirmed by them, and what became of it."""

from routebook_server.reminders import tables as tables  # whoever opens a database must find them declared
