"""What runs have left behind: their metrics, read without the programs that wrote them."""
