"""A team with two years of believable work, from a seed."""
