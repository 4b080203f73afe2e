"""torch without torch: what constructors of modules make, told by name and shape."""
