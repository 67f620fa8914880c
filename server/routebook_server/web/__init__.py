"""Around the app: its files, the headers that guard it, the log of requests."""
