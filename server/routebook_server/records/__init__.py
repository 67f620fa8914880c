"""The canonical store: write path, pages, sequences, history, projection."""
