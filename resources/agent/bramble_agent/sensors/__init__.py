"""Reading sensors and the machine's vitals, and rejecting impossible readings."""
