"""The Pi as a computer: its clock, its disk, its shell, and the status file that other programs on it read."""
