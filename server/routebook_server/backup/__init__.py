"""Backup and restore: one file of SQLite, consistent, verified, whatever database it was taken from."""
