"""A device as pure Python: what it keeps, what it sends and what it makes of the answers (SPEC R40-R59).

The twin of ``pwa/src/lib/store`` and ``pwa/src/lib/sync`` without screens, search and timers. Reads no clock, draws no
random number and does no I/O: time, chance and the network are arguments. ``Replica`` is the store, ``Session`` decides
what follows from an answer; ``Storage`` stands for the file, and changes in transactions only.
"""
