"""What the names in a configuration mean, found out by reading source and running none of it."""
