"""The Pi as a computer: its clock, its disk, its shell, and the status file for other programs."""
