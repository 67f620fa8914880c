"""One module for each version of the tables, in order; what was released is never changed again."""
