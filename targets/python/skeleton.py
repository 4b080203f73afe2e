"""What `program.py` has before a configuration is put into it. The compiler reads this file."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
