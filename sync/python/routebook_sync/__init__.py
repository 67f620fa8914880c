"""The protocol: all that two replicas must agree on. Does no I/O, reads no clock, draws no random number."""
