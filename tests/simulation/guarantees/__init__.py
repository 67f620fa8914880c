"""The guarantees of the protocol, each a function of what can be seen from outside. The first that fails is named.

What happened is known by the script and the ledger alone; judged are the server's tables and the devices'.
"""

from simulation.guarantees.broken import BrokenError
from simulation.guarantees.contact import (
    every_taken_edit_has_its_end,
    nothing_outside_the_grants_is_sent,
    nothing_outside_the_grants_stays,
    only_planted_faults,
)
from simulation.guarantees.ending import check_at_the_end, nobody_waits

__all__ = [
    "BrokenError",
    "check_at_the_end",
    "every_taken_edit_has_its_end",
    "nobody_waits",
    "nothing_outside_the_grants_is_sent",
    "nothing_outside_the_grants_stays",
    "only_planted_faults",
]
