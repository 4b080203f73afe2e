"""From template text to rendered text: preprocessing, Jinja, and the way back to the source."""
