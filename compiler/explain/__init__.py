"""What an experiment is, for somebody who has never seen it: a file for each section of the lesson.

A section is a function from an `Experiment` to a small value, and one from that value to lines of
text on a `Page`.
"""
