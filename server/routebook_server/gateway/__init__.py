"""The door for devices: /sync, the live stream, grants and verdicts."""
