"""The canonical store: write path, pages, sequences, history, projection.

``Store`` is the door; everything that changes a record goes through ``Store.push``, ``Store.edit`` or ``Store.load``.
"""

from routebook_server.records import tables as tables  # whoever opens a database must find them declared
