"""How a tree is started: by which command, with which arguments and in which environment."""
