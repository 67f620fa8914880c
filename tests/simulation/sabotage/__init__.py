"""Sabotage: defects planted one at a time in the real server or the model client; the simulator must see each."""

from simulation.sabotage import device, restores, server
from simulation.sabotage.planting import SABOTAGES, Sabotage

__all__ = ["SABOTAGES", "Sabotage", "device", "restores", "server"]
