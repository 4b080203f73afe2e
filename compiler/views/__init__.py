"""What a person, or another program, sees of a configuration: one file a view."""
