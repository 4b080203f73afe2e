"""Lowers a graph to the modules of a program: what stands in functions of its own, under which
names, and how objects are made of one another."""
